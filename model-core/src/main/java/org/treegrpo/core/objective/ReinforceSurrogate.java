package org.treegrpo.core.objective;

/**
 * -A log pi_theta, up to the constant that makes the loss 0 at the old policy: the loss that
 * Algorithm 1 of TreeGRPO prints. Its gradient is -A at every ratio.
 */
public record ReinforceSurrogate() implements SurrogateFactory, Surrogate {

  @Override
  public String name() {
    return "reinforce";
  }

  @Override
  public Surrogate create(SurrogateSettings settings) {
    return this;
  }

  @Override
  public Term evaluate(Edge edge) {
    double advantage = edge.advantage();
    return Term.ofLogProb(edge.logRatio(), -advantage * edge.logRatio(), -advantage, false);
  }
}
