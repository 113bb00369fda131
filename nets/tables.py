"""The table of each domain's net: one for all, or one for each.

Liu and Tuzel 2016 let the generators of a CoGAN have m_1 and m_2 rows, and its discriminators n_1
and n_2 (eq. 3.1 of the SCoGAN thesis). Nets share rows that are the same in all their tables.
Nothing here needs Keras.
"""

from collections.abc import Sequence

from framework.errors import UserError
from framework.registry import Registry
from nets.architectures import Architecture, Row, architecture


def names_in(text: str) -> list[str]:
    """The names of tables between the commas of `text`."""
    return [name.strip() for name in text.split(",")]


def differ(text: str) -> bool:
    """Whether `text` names more than one table."""
    return len(set(names_in(text))) > 1


def tables_of(registry: Registry, text: str, domains: int,
              image_shape: tuple[int, ...] | None = None) -> list[Architecture]:
    """The architecture of each domain's net. text: one name for all, or one for each domain.

    image_shape: of the data, which "auto" needs; None: not known yet. Raises UserError for more
    or fewer names than domains, "auto" among several, and tables of other images.
    """
    names = names_in(text)
    if len(names) == 1:
        return [_table(registry, text.strip(), image_shape)] * domains
    if len(names) != domains:
        raise UserError(f"{registry.kind} names {len(names)} tables, and there are {domains} "
                        "domains; name one table for all, or one for each")
    if "auto" in names:
        raise UserError(f"{registry.kind} auto chooses for all domains; name it alone, or a table "
                        "for each domain")
    found = [_table(registry, name, image_shape) for name in names]
    for name, each in zip(names, found, strict=True):
        if each.image_shape != found[0].image_shape:
            raise UserError(f"{registry.kind}: {names[0]} is for images of "
                            f"{found[0].image_shape}, and {name} for {each.image_shape}; choose "
                            "tables of one size")
    return found


def common_rows(tables: Sequence[tuple[Row, ...]], last: bool = False) -> int:
    """How many rows are the same in all tables, counted from the front, or from the `last` one."""
    rows = zip(*(table[::-1] if last else table for table in tables), strict=False)
    return next((count for count, same in enumerate(rows) if len(set(same)) > 1),
                min(map(len, tables)))


def check_shared(tables: Sequence[tuple[Row, ...]], shared: int, kind: str,
                 names: Sequence[str] = (), last: bool = False) -> None:
    """Raises UserError unless the first `shared` rows are the same in all tables, or with `last`
    the last ones. kind: of the nets, such as "generator". names: of the tables, for the message."""
    same = common_rows(tables, last)
    if shared <= same or same == min(map(len, tables)):
        return
    place = -1 - same if last else same
    number = next(k for k, table in enumerate(tables) if table[place] != tables[0][place])
    first, other = (f"row {place % len(tables[k]) + 1} of "
                    + (names[k] if names else f"table {k + 1}") for k in (0, number))
    raise UserError(f"the {kind}s cannot share their {'last' if last else 'first'} {shared} rows: "
                    f"{other} is not {first}; set --shared_{kind} to {same} or less")


def _table(registry: Registry, name: str, image_shape: tuple[int, ...] | None) -> Architecture:
    return registry.find(name) if image_shape is None else architecture(registry, name, image_shape)
