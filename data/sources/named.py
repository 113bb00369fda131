"""The documents' sets of photographs and paintings."""

from data import folders
from data.catalogue import DOMAINS, Entry, Source
from data.named import ImageSet


def _entry(images: ImageSet, full_size: int, size: int, description: str) -> Entry:
    source = Source(images.name, lambda data_dir, split, size, seed: (
        images.read(data_dir, split, size), None), images.origin, full_size, images.is_here)
    return Entry(source, folders.decode_if_small, None, size, description)


# The sizes at which document 000 (faces and bedrooms) and 001 (ImageNet) have them; 003 does not
# say one. Places365-Standard has so many training images; 003 counts those of validation too.
DOMAINS.register("lfw", _entry(ImageSet("lfw", (
    "lfw", "lfw-deepfunneled", "lfw_funneled", "lfw-funneled")), 13_233, 64,
    "Labeled Faces in the Wild"))
DOMAINS.register("lsun_bedroom", _entry(ImageSet("lsun_bedroom", (
    "lsun_bedroom", "bedroom_train", "bedroom", "lsun/bedroom")), 3_033_042, 64, "LSUN's bedrooms"))
DOMAINS.register("imagenet64", _entry(ImageSet("imagenet64", (
    "imagenet64",)), 1_281_167, 64, "ImageNet at 64x64"))
DOMAINS.register("places365", _entry(ImageSet("places365", (
    "places365", "places365_standard")), 1_803_460, 256, "photographs of places"))
DOMAINS.register("wikiart", _entry(ImageSet("wikiart", (
    "wikiart",)), 81_444, 256, "paintings"))
