"""The processor: its name, its cores, and the instructions that libraries may compute with.

Linux tells them in a file; elsewhere little is known. Imports no TensorFlow.
"""

import os
import platform
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")
PICK_KERNELS = ("avx2", "avx512f", "avx512_bf16", "amx_tile", "asimd", "sve")
LEVELS = {                      # name: flags that it needs beside those of the names before it
    "sse41": {"sse4_1"},
    "avx": {"avx"},
    "avx2": {"avx2", "fma"},
    "avx512": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
    "avx512_bf16": {"avx512_bf16"},
    "amx": {"amx_bf16"},
}
ARM_LEVELS = {"neon": {"asimd"}, "neon_bf16": {"bf16"}}
CAPS = {                        # value of ONEDNN_MAX_CPU_ISA: the last level that it leaves
    "SSE41": "sse41", "AVX": "avx", "AVX2": "avx2", "AVX2_VNNI": "avx2", "AVX2_VNNI_2": "avx2",
    "AVX512_CORE": "avx512", "AVX512_CORE_VNNI": "avx512", "AVX512_CORE_BF16": "avx512_bf16",
    "AVX512_CORE_FP16": "avx512_bf16", "AVX10_1_512": "avx512_bf16",
}
WITH_BFLOAT16 = {"avx512_bf16", "amx", "neon_bf16"}
ONEDNN_FLAGS = {"avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile"}


def name() -> str:
    """The processor's name, with its family and model where they are told: virtual machines give
    many processors one name."""
    told = _told(_text())
    numbers = [f"{key.split()[-1]} {told[key]}" for key in ("cpu family", "model") if key in told]
    return ", ".join([told.get("model name") or platform.processor() or platform.machine(),
                      *numbers])


def cores() -> int:
    """Cores, counted as threads of the hardware, that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def flags(text: str) -> frozenset[str]:
    """The names of the instructions in the `text` of /proc/cpuinfo; none where it tells none."""
    told = _told(text)
    return frozenset(told.get("flags", told.get("features", "")).split())


def instructions() -> str:
    """The best set of instructions that oneDNN may use here: a name of LEVELS or ARM_LEVELS, each
    of which has those before it, or "" where nothing is known. ONEDNN_MAX_CPU_ISA in the
    environment hides some of LEVELS."""
    found, best = flags(_text()), ""
    cap = CAPS.get(os.environ.get("ONEDNN_MAX_CPU_ISA", "").upper())
    for levels in (LEVELS, ARM_LEVELS):
        for level, needed in levels.items():
            if not needed <= found:
                break
            best = level
            if level == cap:
                break
    return best


def uses_onednn() -> bool:
    """Whether TensorFlow computes with the kernels of oneDNN rather than its own (Eigen): on Linux
    by default where the processor has instructions for nets, which no plain AVX2 processor has.
    TF_ENABLE_ONEDNN_OPTS in the environment decides otherwise."""
    asked = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "").lower()
    if asked in ("0", "false", "1", "true"):
        return asked in ("1", "true")
    return bool(ONEDNN_FLAGS & flags(_text()))


def prefer_onednn() -> None:
    """Has TensorFlow compute with oneDNN's kernels on a processor with AVX2, unless the environment
    says otherwise. To be called before TensorFlow is imported, which by itself takes them on newer
    processors only; on AVX2 they halve the time of an iteration (docs/speed.md)."""
    if {"avx2", "fma"} <= flags(_text()):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def has_bfloat16() -> bool:
    """Whether TensorFlow multiplies bfloat16 by instructions made for it; True also where nothing
    is known of the processor."""
    here = instructions()
    if not here:
        return True
    return here in WITH_BFLOAT16 and (here.startswith("neon") or uses_onednn())


def described() -> str:
    """The processor's name, and which of PICK_KERNELS it has, whatever the environment hides."""
    text = _text()
    if not text:
        return platform.processor()
    known = [each for each in PICK_KERNELS if each in flags(text)]
    return " ".join([_told(text).get("model name", platform.machine()), *known])


def _text() -> str:
    try:
        return CPU_INFO.read_text(errors="replace")
    except OSError:
        return ""


def _told(text: str) -> dict[str, str]:
    """What the last of the processors in `text` is told to be; all are alike."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}
