"""The tables of LPIPS in the SCoGAN thesis: the preset of each row.

The document's numbers for a row stand in its preset, in the order of the columns here.
"""

from typing import NamedTuple

from config import presets
from framework.registry import Registry

TABLES = Registry("table", package="reproduce")


class TableRow(NamedTuple):
    """One model of a table. label: its name there. pairs: over how many the document takes the
    mean. baseline: the document's distance between the real images of both domains."""

    label: str
    preset: str
    pairs: int
    baseline: float | None = None

    @property
    def reported(self) -> list[float]:
        """The document's numbers, in the order of the table's columns."""
        reports = presets.load_preset(self.preset).reports
        assert isinstance(reports, dict)        # the preset of a row reports numbers, not text
        return list(reports["lpips"].values())


class Table(NamedTuple):
    """columns: "pairs": generated against generated images, then each domain's generated against
    its own real images (chapters 5 and 7); "real": generated against real images, those of domain
    1 against domains 1 and 2, then those of domain 2 (chapter 3)."""

    title: str
    columns: str
    rows: tuple[TableRow, ...]


EDGE, SVHN, FACES, APPLES, HORSES = ((30_000, 0.1627), (50_000, 0.3304), (50_000, 0.3955),
                                     (995, 0.7013), (1000, 0.7062))

TABLES.register("3.3", Table("CoGAN on horse2zebra, 256x256", "real", (
    TableRow("CoGAN", "3-horse2zebra-256-cogan", 1000),)))
TABLES.register("3.4", Table("CoGAN on apple2orange, 256x256", "real", (
    TableRow("CoGAN", "3-apple2orange-256-cogan", 1000),)))
TABLES.register("3.5", Table("CoGAN on horse2zebra, 128x128", "real", (
    TableRow("CoGAN", "3-horse2zebra-cogan", 1000),)))
TABLES.register("3.6", Table("CoGAN on apple2orange, 128x128", "real", (
    TableRow("CoGAN", "3-apple2orange-cogan", 1000),)))
TABLES.register("3.7", Table("CoGAN with WGAN-GP on horse2zebra, 128x128", "real", (
    TableRow("CoGAN, WGAN-GP", "3-horse2zebra-cogan-wgangp", 1000),)))
TABLES.register("3.8", Table("CoGAN with WGAN-GP on apple2orange, 128x128", "real", (
    TableRow("CoGAN, WGAN-GP", "3-apple2orange-cogan-wgangp", 1000),)))
TABLES.register("figure-3.8", Table("CoGAN on mnist2svhn by its shared layers", "generated", (
    TableRow("4 shared layers", "3-mnist2svhn-cogan-shared4", 50_000),
    TableRow("1 shared layer", "3-mnist2svhn-cogan-shared1", 50_000))))
TABLES.register("5.1", Table("all models on mnist2edge", "pairs", (
    TableRow("CoGAN", "5.1-mnist2edge-cogan", *EDGE),
    TableRow("FR", "5.1-mnist2edge-fr", *EDGE),
    TableRow("SL", "5.1-mnist2edge-sl", *EDGE),
    TableRow("CC", "5.1-mnist2edge-cc", *EDGE),
    TableRow("PL", "5.1-mnist2edge-pl", *EDGE))))
TABLES.register("5.2", Table("all models on mnist2svhn", "pairs", (
    TableRow("CoGAN", "5.2-mnist2svhn-cogan", *SVHN),
    TableRow("FR", "5.2-mnist2svhn-fr", *SVHN),
    TableRow("SLFR", "5.2-mnist2svhn-slfr", *SVHN),
    TableRow("SLCC", "5.2-mnist2svhn-slcc", *SVHN),
    TableRow("FRCC", "5.2-mnist2svhn-frcc", *SVHN),
    TableRow("PL", "5.2-mnist2svhn-pl", *SVHN))))
TABLES.register("5.3", Table("all models on CelebSmiling", "pairs", (
    TableRow("CoGAN", "5.3-celebsmiling-cogan", *FACES),
    TableRow("SLFR", "5.3-celebsmiling-slfr", *FACES),
    TableRow("SLCC", "5.3-celebsmiling-slcc", *FACES),
    TableRow("PL", "5.3-celebsmiling-pl", *FACES))))
TABLES.register("5.4", Table("CoGAN and the perceptual loss on CycleGAN's sets", "pairs", (
    TableRow("CoGAN (a2o)", "5.4-apple2orange-cogan", *APPLES),
    TableRow("PL (a2o)", "5.4-apple2orange-pl", *APPLES),
    TableRow("CoGAN (h2z)", "5.4-horse2zebra-cogan", *HORSES),
    TableRow("PL (h2z)", "5.4-horse2zebra-pl", *HORSES))))
TABLES.register("7.1", Table("the semantic loss alone on mnist2svhn", "pairs", (
    TableRow("SL", "7.5-mnist2svhn-sl", *SVHN),)))
