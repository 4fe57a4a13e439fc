package org.treegrpo.core.transition;

import org.treegrpo.core.base.Services;
import org.treegrpo.core.process.AffineStep;

/** Single steps of a sampler, for tests. */
public final class Steps {

  private Steps() {}

  /** The transition that a configuration would name so. */
  public static Transition named(String name) {
    return Services.find(Transition.class, name).orElseThrow();
  }

  /** The deterministic step t. */
  public static AffineStep ode(Sampler sampler, int t) {
    return ((EulerStretch) sampler.stretch(t, t + 1)).affine().get(0);
  }
}
