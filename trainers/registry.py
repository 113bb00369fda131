"""The kinds of training by name (`--gan_type`)."""

from framework.registry import Registry

TRAINERS = Registry("gan_type")
