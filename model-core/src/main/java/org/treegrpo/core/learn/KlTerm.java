package org.treegrpo.core.learn;

import java.util.Optional;
import org.treegrpo.core.objective.KlPenalty;
import org.treegrpo.core.policy.Denoiser;

/**
 * The KL penalty against a reference policy, with gradient. It is added once to each unmasked edge,
 * so a parent's penalty weighs the sum of its unmasked edges' weights.
 *
 * @param reference evaluated without gradients on the parent's batch; needed where beta is positive
 */
public record KlTerm(KlPenalty penalty, Optional<Denoiser> reference) {

  /** No penalty. */
  public static final KlTerm NONE = new KlTerm(new KlPenalty(0), Optional.empty());

  public KlTerm {
    if (penalty.beta() > 0 && reference.isEmpty()) {
      throw new IllegalArgumentException(
          "kl: beta %s needs a reference policy".formatted(penalty.beta()));
    }
  }

  /** Whether there is anything to compute. */
  boolean isActive() {
    return penalty.beta() > 0;
  }
}
