package org.treegrpo.core.random;

import java.nio.charset.StandardCharsets;

/** 64-bit keys of random streams: SplitMix64's finaliser, chained. */
public final class Keys {

  // What a stream below the key of a round is for: each number once.
  /** x_0 of a tree. */
  public static final long ROOT = 1;

  /** z of an edge. */
  public static final long STEP = 2;

  /** Start of the window. */
  public static final long WINDOW = 3;

  /** Which optimiser step learns from which prompts. */
  public static final long DEAL = 4;

  /** Times and noise of leaves that are learned from. */
  public static final long RENOISE = 5;

  /** Noise of leaves that anchor the late steps. */
  public static final long ANCHOR = 6;

  /** Which steps are trained. */
  public static final long TRAINED = 7;

  /** What siblings share of their noise. */
  public static final long SIBLINGS = 8;

  private static final long GAMMA = 0x9e3779b97f4a7c15L;

  private Keys() {}

  /** The key that a chain of numbers names. */
  public static long of(long... parts) {
    long key = 0;
    for (long part : parts) {
      key = combine(key, part);
    }
    return key;
  }

  /** A bijection of {@code value} for a fixed {@code key}, and the other way round. */
  public static long combine(long key, long value) {
    return mix(key ^ mix(value + GAMMA));
  }

  /** The key of a text below {@code key}. */
  public static long combine(long key, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long combined = combine(key, bytes.length);
    for (byte b : bytes) {
      combined = combine(combined, b);
    }
    return combined;
  }

  /** The key of a sequence of numbers below {@code key}; its length counts. */
  public static long combine(long key, int[] numbers) {
    long combined = combine(key, numbers.length);
    for (int number : numbers) {
      combined = combine(combined, number);
    }
    return combined;
  }

  /** A number from 0 to 1, 1 excluded, from a key. */
  public static double uniform(long key) {
    return (key >>> 11) * 0x1.0p-53;
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
