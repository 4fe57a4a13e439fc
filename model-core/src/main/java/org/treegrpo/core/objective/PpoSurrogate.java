package org.treegrpo.core.objective;

/**
 * The clipped surrogate -min(rho A, clip(rho, 1 - clip, 1 + clip) A), rho = exp(logRatio)
 * (ALGORITHMS.md section 1.5). Its gradient is -rho A, and zero iff A &gt; 0 and rho &gt; 1 + clip,
 * or A &lt; 0 and rho &lt; 1 - clip.
 *
 * @param clip half-width of the trust region of rho, in (0, 1)
 */
public record PpoSurrogate(double clip) implements Surrogate {

  public PpoSurrogate {
    if (!(clip > 0 && clip < 1)) {
      throw new IllegalArgumentException(
          "clip must lie between 0 and 1, both excluded, was " + clip);
    }
  }

  @Override
  public Term evaluate(Edge edge) {
    return evaluate(edge.logRatio(), edge.advantage());
  }

  /** As a function of any log-ratio; its slope is {@link Term#residual}. */
  public Term evaluate(double logRatio, double advantage) {
    if (advantage == 0) {
      return Term.ofLogProb(logRatio, 0, 0, false);
    }
    double ratio = StrictMath.exp(logRatio);
    if (advantage > 0 && ratio > 1 + clip) {
      return Term.ofLogProb(logRatio, -(1 + clip) * advantage, 0, true);
    }
    if (advantage < 0 && ratio < 1 - clip) {
      return Term.ofLogProb(logRatio, -(1 - clip) * advantage, 0, true);
    }
    return Term.ofLogProb(logRatio, -ratio * advantage, -ratio * advantage, false);
  }
}
