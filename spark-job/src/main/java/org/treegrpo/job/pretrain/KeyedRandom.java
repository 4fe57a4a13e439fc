package org.treegrpo.job.pretrain;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Independent random streams named by numbers, so that nothing depends on who draws when. */
final class KeyedRandom {

  private KeyedRandom() {}

  /** The stream of a key; the same key gives the same stream. */
  static RandomGenerator of(long... key) {
    long state = 0;
    for (long part : key) {
      state = mix(state + mix(part));
    }
    return new SplittableRandom(state);
  }

  /** Finaliser of MurmurHash3: a bijection in which every bit of the input moves every other. */
  private static long mix(long value) {
    long x = value + 0x9e3779b97f4a7c15L;
    x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
    x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return x ^ (x >>> 33);
  }
}
