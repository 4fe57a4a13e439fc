package org.treegrpo.core.tree;

import java.nio.charset.StandardCharsets;

/** 64-bit keys of random streams: SplitMix64's finaliser, chained. */
final class Keys {

  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private Keys() {}

  /** A bijection of {@code value} for a fixed {@code key}, and the other way round. */
  static long combine(long key, long value) {
    return mix(key ^ mix(value + GAMMA));
  }

  static long combine(long key, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long combined = combine(key, bytes.length);
    for (byte b : bytes) {
      combined = combine(combined, b);
    }
    return combined;
  }

  static long combine(long key, NodePath path) {
    int[] indices = path.indices();
    long combined = combine(key, indices.length);
    for (int index : indices) {
      combined = combine(combined, index);
    }
    return combined;
  }

  /** The n-th output of SplitMix64 from the state {@code key}. */
  static long splitMix(long key, int n) {
    return mix(key + (n + 1) * GAMMA);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
