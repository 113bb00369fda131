"""`main.py augment-preview DATASET`."""

from commands.registry import COMMANDS
from data.augment import AUGMENTATIONS, parse_augmentations
from framework.options import MAX_SEED, Option


@COMMANDS.register("augment-preview", options=(
    Option("dataset", str, "", "name, see `datasets`, or folder:PATH", positional=True),
    Option("augment", str, "color,translation,cutout", "the changes, with commas: "
           f"{', '.join(AUGMENTATIONS)}"),
    Option("probability", float, 1.0, "with which an image gets each of them", low=0, high=1),
    Option("data_dir", str, "", "where local data sets are looked for"),
    Option("image_size", int, 0, "height and width; 0: as the data set", low=0, high=1024),
    Option("count", int, 10, "images", low=1, high=100),
    Option("seed", int, 0, "of the changes", low=0, high=MAX_SEED),
    Option("output", str, "augment.png", "the picture")))
def augment_preview(dataset: str, augment: str, probability: float, data_dir: str, image_size: int,
                    count: int, seed: int, output: str) -> None:
    """Draws what --augment does to the images of a data set. Of each domain it draws a row as
    it is and four rows changed."""
    names = parse_augmentations(augment)
    from data.load import load
    from data.names import domain_names
    domains = load(domain_names(dataset, data_dir=data_dir), data_dir or None, image_size or None,
                   limit=count)
    from framework.quiet import quiet
    with quiet():
        from trainers.augmentation import preview
    preview(domains, names, probability, count, seed, output)
