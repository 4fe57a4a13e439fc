package org.treegrpo.job.settings;

import org.treegrpo.core.optim.AdamWSettings;
import org.treegrpo.core.optim.Decay;
import org.treegrpo.core.optim.WarmUp;

/**
 * AdamW and what surrounds it.
 *
 * @param learningRate after the warm-up
 * @param decay of the learning rate over the run's optimiser steps
 * @param maxGradientNorm the global gradient norm is clipped to this; infinity = never
 */
public record OptimizerSettings(
    double learningRate, AdamWSettings adamW, WarmUp warmUp, Decay decay, double maxGradientNorm) {

  static OptimizerSettings read(SettingsReader reader) {
    double maxGradientNorm = reader.decimal("max-gradient-norm", Range.atLeast(0));
    return new OptimizerSettings(
        reader.decimal("learning-rate", Range.above(0)),
        new AdamWSettings(
            reader.decimal("beta1", Range.halfOpen(0, 1)),
            reader.decimal("beta2", Range.halfOpen(0, 1)),
            reader.decimal("epsilon", Range.above(0)),
            reader.decimal("weight-decay", Range.atLeast(0))),
        new WarmUp(reader.integer("warm-up-steps", 0, Integer.MAX_VALUE)),
        reader.choice("decay", Decay.class),
        maxGradientNorm == 0 ? Double.POSITIVE_INFINITY : maxGradientNorm);
  }
}
