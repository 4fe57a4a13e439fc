"""The engine's noise (org.treegrpo.core.random): xoshiro256++ streams keyed by SplitMix64, Marsaglia's polar method."""

import numpy as np

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
ROOT, STEP = 1, 2


def mix(value: int) -> int:
    z = value & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def combine(key: int, value: int) -> int:
    return mix(key ^ mix(value + GAMMA))


def combine_all(key: int, values) -> int:
    key = combine(key, len(values))
    for value in values:
        key = combine(key, value)
    return key


def round_key(seed: int, number: int) -> int:
    return combine(combine(0, seed), number)


def root_key(seed: int, number: int, prompt: str) -> int:
    """Trees of a prompt share their root's noise."""
    return combine_all(combine(round_key(seed, number), ROOT), prompt.encode())


def step_key(seed: int, number: int, prompt: str, tree: int, path: tuple[int, ...]) -> int:
    key = combine_all(combine(round_key(seed, number), STEP), prompt.encode())
    return combine_all(combine(key, tree), path)


def rotate(x: np.ndarray, by: int) -> np.ndarray:
    return (x << np.uint64(by)) | (x >> np.uint64(64 - by))


def normal(keys: list[int], length: int) -> np.ndarray:
    """Standard normal float32 [len(keys), length], a stream for each key."""
    s = [np.array([mix(key + (n + 1) * GAMMA) for key in keys], dtype=np.uint64) for n in range(4)]

    def symmetric() -> np.ndarray:
        drawn = rotate(s[0] + s[3], 23) + s[0]
        shifted = s[1] << np.uint64(17)
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotate(s[3], 45)
        return (drawn.view(np.int64) >> 11) * 2.0**-52

    out = np.empty((len(keys), length + 1), dtype=np.float32)
    filled = np.zeros(len(keys), dtype=np.int64)
    # Every stream draws on, full or not: a full one's numbers are dropped.
    while (filled < length).any():
        u, v = symmetric(), symmetric()
        square = u * u + v * v
        rows = np.flatnonzero((square < 1) & (square != 0) & (filled < length))
        factor = np.sqrt(-2 * np.log(square[rows]) / square[rows])
        out[rows, filled[rows]] = u[rows] * factor
        out[rows, filled[rows] + 1] = v[rows] * factor
        filled[rows] += 2
    return out[:, :length]
