package org.treegrpo.core.learn;

/** Makes {@link EdgeLearner}s. */
public record Edges() implements LearnerFactory {

  @Override
  public String name() {
    return "edges";
  }

  @Override
  public Learner create(LearnContext context) {
    return new EdgeLearner(context.sampler(), context.surrogate(), context.penalties());
  }
}
