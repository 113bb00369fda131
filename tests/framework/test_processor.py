"""The processor's name and instructions, from the text that Linux gives of it."""

import pytest

from framework import processor

OLD = "sse4_1 avx avx2 fma"
SERVER = f"{OLD} avx512f avx512bw avx512dq avx512vl"
ZEN4 = f"{SERVER} avx512_vnni avx512_bf16"
SAPPHIRE = f"{ZEN4} amx_tile amx_bf16"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A function that makes this machine one with the given text of /proc/cpuinfo, or without."""
    for name in ("ONEDNN_MAX_CPU_ISA", "TF_ENABLE_ONEDNN_OPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(processor, "CPU_INFO", tmp_path / "cpuinfo")

    def be(flags, key="flags\t\t"):
        (tmp_path / "cpuinfo").write_text(f"processor\t: 0\ncpu family\t: 25\nmodel\t\t: 33\n"
                                          f"model name\t: Some CPU: fast\n{key}: {flags}\n\n")
    return be


def test_flags_are_those_of_the_line_of_either_kind_of_processor():
    assert processor.flags("model name\t: avx512f\nflags\t\t: fpu avx2\n") == {"fpu", "avx2"}
    assert processor.flags("Features\t: fp asimd bf16\n") == {"fp", "asimd", "bf16"}
    assert processor.flags("") == frozenset()


@pytest.mark.parametrize("flags, found, bfloat16, onednn", [
    ("sse2", "", True, False), (OLD, "avx2", False, False),
    ("sse4_1 avx avx2", "avx", False, False),
    (f"{OLD} avx_vnni", "avx2", False, True), (SERVER, "avx512", False, False),
    (f"{OLD} avx512f avx512_bf16", "avx2", False, True), (ZEN4, "avx512_bf16", True, True),
    (SAPPHIRE, "amx", True, True)])
def test_the_best_set_of_instructions_is_named(machine, flags, found, bfloat16, onednn):
    machine(flags)
    assert (processor.instructions(), processor.has_bfloat16(), processor.uses_onednn()) == (
        found, bfloat16, onednn)


@pytest.mark.parametrize("flags, found, bfloat16", [
    ("fp asimd", "neon", False), ("fp asimd sve bf16", "neon_bf16", True)])
def test_those_of_arm_are_named_too(machine, flags, found, bfloat16):
    machine(flags, key="Features\t")
    assert (processor.instructions(), processor.has_bfloat16()) == (found, bfloat16)


@pytest.mark.parametrize("cap, found, bfloat16", [
    ("AVX2", "avx2", False), ("avx2_vnni", "avx2", False), ("AVX512_CORE", "avx512", False),
    ("AVX512_CORE_BF16", "avx512_bf16", True), ("AVX512_CORE_AMX", "amx", True),
    ("DEFAULT", "amx", True), ("nonsense", "amx", True)])
def test_the_environment_hides_instructions(machine, monkeypatch, cap, found, bfloat16):
    machine(SAPPHIRE)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", cap)
    assert (processor.instructions(), processor.has_bfloat16()) == (found, bfloat16)


def test_the_environment_shows_none_that_are_not_there(machine, monkeypatch):
    machine(OLD)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")
    assert processor.instructions() == "avx2"


@pytest.mark.parametrize("asked, onednn", [("0", False), ("False", False), ("1", True)])
def test_tensorflow_multiplies_bfloat16_by_onednn_alone(machine, monkeypatch, asked, onednn):
    machine(ZEN4)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", asked)
    assert processor.uses_onednn() == processor.has_bfloat16() == onednn


def test_without_the_file_nothing_is_known_and_nothing_refused(machine):
    assert processor.instructions() == "" and processor.has_bfloat16()
    assert not processor.uses_onednn()
    assert processor.name() and "family" not in processor.name()
    assert "avx512f" not in processor.described()


def test_the_name_tells_processors_apart(machine):
    machine(OLD)
    assert processor.name() == "Some CPU: fast, family 25, model 33"
    assert processor.described() == "Some CPU: fast avx2"


def test_tensorflow_agrees_on_its_kernels():
    from tensorflow.python.framework.test_util import IsMklEnabled

    assert processor.uses_onednn() == IsMklEnabled()


@pytest.mark.parametrize("text, before, after", [
    ("OLD", {}, "1"), ("OLD", {"TF_ENABLE_ONEDNN_OPTS": "0"}, "0"), ("", {}, None)])
def test_onednn_is_taken_where_it_is_fast(machine, monkeypatch, text, before, after):
    """On AVX2, where TensorFlow would not take it by itself, and never against the user's word."""
    if text:
        machine(OLD)
    monkeypatch.setattr(processor.os, "environ", dict(before))
    processor.prefer_onednn()
    assert processor.os.environ.get("TF_ENABLE_ONEDNN_OPTS") == after
