"""What may be asked of an evaluation, without TensorFlow, so that mistakes are found at once."""

from collections.abc import Collection

from framework.errors import UserError, unknown
from framework.options import Option

METRICS = ("lpips", "fid", "kid", "swd", "prdc", "pair_agreement", "confidence", "modes")
SET_METRICS = ("fid", "kid", "swd", "prdc")         # of two sets of images as a whole
CLASSIFIER_METRICS = ("pair_agreement", "confidence")    # by a classifier of the run's own data
FOLDER_METRICS = ("lpips", *SET_METRICS)
MONITORS = ("kid", "swd", "pair_agreement")  # cheap enough to be watched while training
LPIPS_NETS = ("alex", "vgg", "squeeze")
EXTRACTOR_NAMES = ("squeeze", "inception", "classifier", "pixels")


# The options of `evaluate` that a run and two folders have in common.
OPTIONS = (
    Option("metrics", str, "", f"with commas: {', '.join(METRICS)} (default: quick ones that need "
           "no weights from elsewhere)"),
    Option("samples", int, 2000, "of each side", low=2),
    Option("seed", int, 1, "of the latents and of the order of real images", low=0),
    Option("lpips_net", str, "alex", "net of LPIPS", choices=LPIPS_NETS),
    Option("lpips_weights", str, "", "folder of its weights (default: the cache, or a download); "
           "random: none, and the figure is no LPIPS"),
    Option("extractor", str, "", "whose features fid, kid, swd and prdc compare (default: a "
           "classifier of the run's own data, pixels without labels)",
           choices=("", *EXTRACTOR_NAMES)),
    Option("extractor_weights", str, "", "folder of the weights of squeeze or inception (default: "
           "the cache, or a download); random: none"),
)


def parse_names(text: str, known: Collection[str] = METRICS,
                kind: str = "metric") -> tuple[str, ...]:
    """The names in `text`, with commas, each once. Raises UserError for one that is unknown."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise unknown(kind, name, known)
    return names


def default_metrics(points: bool, labelled: bool, domains: int, lpips: bool) -> tuple[str, ...]:
    """The metrics of a run when none are named: quick ones that need no weights from elsewhere.

    lpips: whether there are weights for it all the same.
    """
    if points:
        return "swd", "modes"
    judged = ("pair_agreement",) * (domains > 1) + ("confidence",) if labelled else ()
    return (*judged, *("lpips",) * lpips, "kid")


def check_metrics(metrics: Collection[str], points: bool, labelled: bool, domains: int,
                  run: str) -> None:
    """Raises UserError for a metric that a run has nothing for."""
    images = [name for name in metrics if name not in ("swd", "kid", "prdc", "fid", "modes")]
    if points and images:
        raise UserError(f"{images[0]} looks at images, and {run} draws points; ask for "
                        "--metrics swd,modes")
    if "modes" in metrics and not points:
        raise UserError(f"modes are counted of 2-D points, and {run} draws images")
    if "pair_agreement" in metrics and domains < 2:
        raise UserError(f"{run} has one domain; pair agreement needs two or more")
    judged = [name for name in metrics if name in CLASSIFIER_METRICS]
    if judged and not labelled:
        raise UserError(f"{judged[0]} needs labelled data in every domain of {run}")


def needs_classifier(metrics: Collection[str], extractor: str) -> bool:
    """Whether the metrics need a classifier of the run's own data."""
    return bool(set(metrics) & set(CLASSIFIER_METRICS)
                or set(metrics) & set(SET_METRICS) and extractor == "classifier")
