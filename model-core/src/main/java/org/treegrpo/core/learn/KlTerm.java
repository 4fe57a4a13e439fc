package org.treegrpo.core.learn;

import java.util.Optional;
import org.treegrpo.core.policy.Denoiser;

/**
 * The penalty beta * mean((mu - mu_ref)^2) / (2 s^2) of a parent, with gradient (ALGORITHMS.md section
 * 1.5). It is added once to each unmasked edge of the parent, hence weighs the sum of their weights.
 *
 * @param beta 0 for none
 * @param reference the reference policy; needed where beta is positive
 */
public record KlTerm(double beta, Optional<Denoiser> reference) {

  /** No penalty. */
  public static final KlTerm NONE = new KlTerm(0, Optional.empty());

  public KlTerm {
    if (!(beta >= 0) || Double.isInfinite(beta)) {
      throw new IllegalArgumentException("kl: must be at least 0 and finite, was " + beta);
    }
    if (beta > 0 && reference.isEmpty()) {
      throw new IllegalArgumentException("kl: %s needs a reference policy".formatted(beta));
    }
  }
}
