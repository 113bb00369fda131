"""CIFAR-10: small photographs of ten things."""

from data import cifar
from data.catalogue import DOMAINS, Entry, Source
from data.transforms import plain

CIFAR = Source(cifar.NAME, lambda data_dir, split, size, seed: cifar.read_cifar(data_dir, split),
               "cifar-10-python.tar.gz or TFDS", 50_000, cifar.is_here)
DOMAINS.register(cifar.NAME, Entry(CIFAR, plain, cifar.CLASSES, cifar.SIDE,
                                   "photographs of ten things"))
