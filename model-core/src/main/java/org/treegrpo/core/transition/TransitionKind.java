package org.treegrpo.core.transition;

/** The stochastic step of a sampler (ALGORITHMS.md section 2). */
public enum TransitionKind {
  /** No noise: Euler for rectified flow, DDIM with eta = 0 for diffusion. */
  ODE("ode"),
  /** Flow-GRPO's SDE, g = eta sqrt(sigma / (1 - sigma)). */
  FLOW_SDE("flow-sde"),
  /** DanceGRPO's SDE, g = eta. */
  DANCE_SDE("dance-sde"),
  /** Coefficients-preserving sampling, s = sigma' sin(eta pi / 2). */
  CPS("cps"),
  /** DDIM of a variance-preserving diffusion. */
  DDIM("ddim");

  private final String label;

  TransitionKind(String label) {
    this.label = label;
  }

  /** The name used in the configuration. */
  public String label() {
    return label;
  }
}
