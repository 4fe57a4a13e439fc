package org.treegrpo.core.objective;

/**
 * Flow-DPPO (ALGORITHMS.md section 3.1): no clip of the ratio. An edge is left out once its step
 * has moved by more than a divergence, mean(dmu^2) / (2 s^2), and would move further away.
 */
public record FlowDppo() implements SurrogateFactory {

  @Override
  public String name() {
    return "flow-dppo";
  }

  @Override
  public Surrogate create(SurrogateSettings settings) {
    return new Bounded(settings.divergence());
  }

  private record Bounded(double divergence) implements Surrogate {

    @Override
    public boolean needsNoise() {
      return true;
    }

    @Override
    public Term evaluate(Edge edge) {
      double advantage = edge.advantage();
      double ratio = StrictMath.exp(edge.logRatio());
      boolean away = advantage > 0 ? ratio > 1 : ratio < 1;
      boolean masked = advantage != 0 && away && edge.distance() > divergence;
      double loss = -ratio * advantage;
      return Term.ofLogProb(edge.logRatio(), loss, masked ? 0 : loss, masked);
    }
  }
}
