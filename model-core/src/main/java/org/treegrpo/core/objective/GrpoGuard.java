package org.treegrpo.core.objective;

/**
 * GRPO-Guard (ALGORITHMS.md section 3.1): the ratio is made of the noise's share of the shift
 * alone, log rho = -mean(dmu z), so that it is centred at every step, and the loss is divided by
 * the length of the step. Its clip is smaller than PPO's, about 2e-6.
 */
public record GrpoGuard() implements SurrogateFactory {

  @Override
  public String name() {
    return "grpo-guard";
  }

  @Override
  public Surrogate create(SurrogateSettings settings) {
    return new Guarded(new PpoSurrogate(settings.clip()));
  }

  private record Guarded(PpoSurrogate clipped) implements Surrogate {

    @Override
    public boolean needsNoise() {
      return true;
    }

    @Override
    public Term evaluate(Edge edge) {
      Term term = clipped.evaluate(-edge.noiseShift(), edge.advantage());
      // d(log rho)/dmu_theta = z / D
      return new Term(
          term.logRatio(),
          term.loss() / edge.interval(),
          0,
          term.residual() / edge.interval(),
          term.clipped());
    }
  }
}
