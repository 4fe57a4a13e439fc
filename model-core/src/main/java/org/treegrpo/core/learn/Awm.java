package org.treegrpo.core.learn;

import org.treegrpo.core.objective.AdvantageWeightedMatching;
import org.treegrpo.core.objective.PpoSurrogate;

/** Makes the learner of advantage-weighted matching. */
public record Awm() implements LearnerFactory {

  @Override
  public String name() {
    return "awm";
  }

  @Override
  public boolean onLeaves() {
    return true;
  }

  @Override
  public Learner create(LearnContext context) {
    return new LeafLearner(
        context,
        new AdvantageWeightedMatching(
            new PpoSurrogate(context.clip()), context.leaves().weighting()));
  }
}
