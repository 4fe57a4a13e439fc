package org.treegrpo.core.objective;

/**
 * How much a leaf's matching error counts by its noise level t, 0..1 (ALGORITHMS.md section 3.2).
 */
public enum LeafWeighting {
  /** 1. */
  UNIFORM,
  /** t. */
  TIME,
  /** t^2. */
  TIME_SQUARED;

  double of(double time) {
    return switch (this) {
      case UNIFORM -> 1;
      case TIME -> time;
      case TIME_SQUARED -> time * time;
    };
  }
}
