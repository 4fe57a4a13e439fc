package org.treegrpo.core.optim;

/**
 * Linear warm-up of the learning rate, constant afterwards.
 *
 * @param steps number of optimiser steps until the full rate; 0 for none
 */
public record WarmUp(long steps) {

  public WarmUp {
    if (steps < 0) {
      throw new IllegalArgumentException("warm-up steps must be at least 0, was " + steps);
    }
  }

  /**
   * base min(1, step / steps).
   *
   * @param base full learning rate
   * @param step the optimiser step to be taken, counted from 1: no step has rate 0
   */
  public double learningRate(double base, long step) {
    if (step < 1) {
      throw new IllegalArgumentException("optimiser steps are counted from 1, was " + step);
    }
    return step >= steps ? base : base * ((double) step / steps);
  }
}
