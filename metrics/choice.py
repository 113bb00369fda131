"""The metrics and options of an evaluation, without TensorFlow, so that mistakes show at once."""

from collections.abc import Collection

from framework.errors import UserError, unknown
from framework.options import MAX_SEED, Option

METRICS = ("lpips", "fid", "kid", "swd", "prdc", "pair_agreement", "confidence", "modes",
           "pairing", "adaptation", "diversity", "copies", "likelihood")
SET_METRICS = ("fid", "kid", "swd", "prdc")              # compare two sets of images as a whole
CLASSIFIER_METRICS = ("pair_agreement", "confidence")    # need a classifier of the run's data
IMAGE_METRICS = ("diversity", "copies")  # that every run of images is measured by
FOLDER_METRICS = ("lpips", *SET_METRICS)
MONITORS = ("kid", "swd", "pair_agreement")  # cheap enough to be watched while training
LPIPS_NETS = ("alex", "vgg", "squeeze")
EXTRACTOR_NAMES = ("squeeze", "inception", "classifier", "pixels")

# The options that `evaluate RUN` and `evaluate --folders` have in common.
OPTIONS = (
    Option("metrics", str, "", f"with commas: {', '.join(METRICS)} (default: quick ones that need "
           "no weights from elsewhere)"),
    Option("samples", int, 2000, "of each side", low=2, high=1_000_000),
    Option("seed", int, 1, "of the latents and of the order of real images", low=0, high=MAX_SEED),
    Option("lpips_net", str, "alex", "net of LPIPS", choices=LPIPS_NETS),
    Option("lpips_weights", str, "", "folder of its weights (default: the cache, or a download); "
           "random: none, and the figure is no LPIPS"),
    Option("extractor", str, "", "whose features fid, kid, swd and prdc compare (default: a "
           "classifier of the run's own data, pixels without labels), and by which pairing is "
           "judged beside edges and self-similarity (default: that classifier, or squeeze if its "
           "weights are there)",
           choices=("", *EXTRACTOR_NAMES)),
    Option("extractor_weights", str, "", "folder of the weights of squeeze or inception (default: "
           "the cache, or a download); random: none"),
)


def parse_names(text: str, known: Collection[str] = METRICS,
                kind: str = "metric") -> tuple[str, ...]:
    """Splits `text` at commas; each name is returned once. kind: what error messages call a name.
    Raises UserError for a name that is not `known`."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise unknown(kind, name, known)
    return names


def default_metrics(points: bool, labelled: bool, domains: int, lpips: bool,
                    adapts: bool = False, likelihood: bool = False) -> tuple[str, ...]:
    """The metrics of a run for which the user named none: quick ones without downloads.

    points: the domains hold 2-D points. labelled: every domain has labels. domains: their number.
    lpips: the weights of LPIPS are there, so it is measured too. adapts: the run learned the
    labels of its first domain, to read the others. likelihood: it knows that of its images.
    """
    if likelihood:
        return "likelihood", *default_metrics(points, labelled, domains, lpips)
    if points:
        return "swd", "modes"
    if adapts and labelled:
        return "adaptation", "pair_agreement", "kid", *IMAGE_METRICS
    judged = ("pair_agreement",) * (domains > 1) + ("confidence",) if labelled else ()
    return (*judged, *("lpips",) * lpips, "kid", *IMAGE_METRICS)


def check_metrics(metrics: Collection[str], points: bool, labelled: bool, domains: int,
                  run: str, likelihood: bool = False) -> None:
    """Raises UserError for a metric that cannot be measured on `run`. points, labelled, domains,
    likelihood: as of `default_metrics`."""
    if "likelihood" in metrics and not likelihood:
        raise UserError(f"{run} draws and knows no likelihood; vae and realnvp do")
    images = [name for name in metrics
              if name not in ("swd", "kid", "prdc", "fid", "modes", "likelihood")]
    if points and images:
        raise UserError(f"{images[0]} looks at images, and {run} draws points; ask for "
                        "--metrics swd,modes")
    if "modes" in metrics and not points:
        raise UserError(f"modes are counted of 2-D points, and {run} draws images")
    paired = [name for name in ("pair_agreement", "pairing", "adaptation") if name in metrics]
    if paired and domains < 2:
        raise UserError(f"{run} has one domain; {paired[0]} needs two or more")
    judged = [name for name in metrics if name in (*CLASSIFIER_METRICS, "adaptation")]
    if judged and not labelled:
        raise UserError(f"{judged[0]} needs labelled data in every domain of {run}")


def needs_classifier(metrics: Collection[str], extractor: str) -> bool:
    """Whether the metrics need a classifier of the run's own data."""
    return bool(set(metrics) & set(CLASSIFIER_METRICS)
                or set(metrics) & set(SET_METRICS) and extractor == "classifier")
