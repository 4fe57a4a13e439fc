package org.treegrpo.core.learn;

import org.treegrpo.core.objective.DiffusionNft;

/** Makes the learner of DiffusionNFT. */
public record Nft() implements LearnerFactory {

  @Override
  public String name() {
    return "diffusion-nft";
  }

  @Override
  public boolean onLeaves() {
    return true;
  }

  @Override
  public boolean laggingRollouts() {
    return true;
  }

  @Override
  public Learner create(LearnContext context) {
    return new LeafLearner(context, new DiffusionNft(context.leaves().beta()));
  }
}
