package org.treegrpo.job.train;

import java.util.ArrayList;
import java.util.List;
import org.treegrpo.core.tensor.ScriptModule;
import org.treegrpo.core.transition.Ddim;
import org.treegrpo.core.transition.Transition;

/**
 * Data N(m, s0^2), element by element: the optimal prediction as a TorchScript policy, and the
 * exact law of what a sampler makes of it (ALGORITHMS.md section 5, oracle 2). The formulas are
 * those of section 2, written out once more: none of the product's code is used.
 */
final class GaussianData {

  static final double MEAN = 0.5;
  static final double VARIANCE = 0.25;

  private static final int TRAINING_STEPS = 1000;

  private static final String VELOCITY =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor) -> Tensor:
        s = torch.reshape(torch.div(timestep, 1000.), [-1, 1, 1, 1])
        c = torch.rsub(s, 1.)
        total = torch.add(torch.mul(torch.mul(c, c), self.variance), torch.mul(s, s))
        slope = torch.div(torch.sub(s, torch.mul(c, self.variance)), total)
        return torch.sub(torch.mul(slope, torch.sub(latent, torch.mul(c, self.mean))), self.mean)
      """;

  private static final String EPSILON =
      """
      def forward(self,
          latent: Tensor,
          timestep: Tensor) -> Tensor:
        a = torch.reshape(torch.index_select(self.alphas, 0, torch.to(timestep, 4)), [-1, 1, 1, 1])
        n = torch.rsub(a, 1.)
        total = torch.add(torch.mul(a, self.variance), n)
        centred = torch.sub(latent, torch.mul(torch.sqrt(a), self.mean))
        return torch.div(torch.mul(torch.sqrt(n), centred), total)
      """;

  private GaussianData() {}

  /** v*(x, sigma); its parameters are m and s0^2. */
  static ScriptModule velocityPolicy() {
    return withParameters(new ScriptModule("Velocity", VELOCITY));
  }

  /** eps*(x, t); its parameters are m and s0^2. */
  static ScriptModule epsilonPolicy() {
    double[] alphas = alphas();
    float[] table = new float[TRAINING_STEPS];
    for (int t = 0; t < TRAINING_STEPS; t++) {
      table[t] = (float) alphas[t];
    }
    return withParameters(new ScriptModule("Epsilon", EPSILON))
        .buffer("alphas", table, TRAINING_STEPS);
  }

  private static ScriptModule withParameters(ScriptModule module) {
    return module
        .parameter("mean", new float[] {(float) MEAN}, 1)
        .parameter("variance", new float[] {(float) VARIANCE}, 1);
  }

  /** One step x' = mu(x) + s z; mu is affine in x where the prediction is the optimal one. */
  interface Transition {

    double mu(int t, double x, double eta);

    double noise(int t, double eta);
  }

  /** The transition of a name in the configuration. */
  static Transition transition(String name, int steps) {
    return switch (name) {
      case "flow-sde" -> new Diffusing(sigmas(steps), true);
      case "dance-sde" -> new Diffusing(sigmas(steps), false);
      case "cps" -> new CoefficientsPreserving(sigmas(steps));
      case "ddim" -> new Ddim(steps, alphas());
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** {@code linspace-shift} with shift 3. */
  private static double[] sigmas(int steps) {
    double[] sigmas = new double[steps + 1];
    for (int t = 0; t <= steps; t++) {
      double u = 1 - (double) t / steps;
      sigmas[t] = 3 * u / (1 + 2 * u);
    }
    return sigmas;
  }

  /** Products of 1 - beta, sqrt(beta) evenly spaced from sqrt(0.00085) to sqrt(0.012). */
  static double[] alphas() {
    double[] alphas = new double[TRAINING_STEPS];
    double product = 1;
    for (int t = 0; t < TRAINING_STEPS; t++) {
      double share = t / (TRAINING_STEPS - 1.0);
      double root = (1 - share) * Math.sqrt(0.00085) + share * Math.sqrt(0.012);
      product *= 1 - root * root;
      alphas[t] = product;
    }
    return alphas;
  }

  private static double velocity(double x, double sigma) {
    double clean = 1 - sigma;
    double total = clean * clean * VARIANCE + sigma * sigma;
    return -MEAN + (sigma - clean * VARIANCE) / total * (x - clean * MEAN);
  }

  /** Flow-SDE with g = eta sqrt(sigma / (1 - sigma*)), Dance-SDE with g = eta. */
  private record Diffusing(double[] sigmas, boolean scaled) implements Transition {

    private double g(int t, double eta) {
      double star = t == 0 ? sigmas[1] : sigmas[t];
      return scaled ? eta * Math.sqrt(sigmas[t] / (1 - star)) : eta;
    }

    @Override
    public double mu(int t, double x, double eta) {
      double sigma = sigmas[t];
      double d = sigmas[t + 1] - sigma;
      double g2 = g(t, eta) * g(t, eta);
      return x * (1 + g2 * d / (2 * sigma))
          + velocity(x, sigma) * (1 + g2 * (1 - sigma) / (2 * sigma)) * d;
    }

    @Override
    public double noise(int t, double eta) {
      return g(t, eta) * Math.sqrt(sigmas[t] - sigmas[t + 1]);
    }
  }

  private record CoefficientsPreserving(double[] sigmas) implements Transition {

    @Override
    public double mu(int t, double x, double eta) {
      double v = velocity(x, sigmas[t]);
      double clean = x - sigmas[t] * v;
      double noisy = x + (1 - sigmas[t]) * v;
      double next = sigmas[t + 1];
      double s = noise(t, eta);
      return (1 - next) * clean + Math.sqrt(next * next - s * s) * noisy;
    }

    @Override
    public double noise(int t, double eta) {
      return sigmas[t + 1] * Math.sin(eta * Math.PI / 2);
    }
  }

  private record Ddim(int steps, double[] alphas) implements Transition {

    private double alpha(int t) {
      return alphas[time(t)];
    }

    private double previous(int t) {
      return alphas[Math.max(0, time(t) - TRAINING_STEPS / steps)];
    }

    private int time(int t) {
      return (steps - 1 - t) * (TRAINING_STEPS / steps) + 1;
    }

    @Override
    public double mu(int t, double x, double eta) {
      double a = alpha(t);
      double eps = Math.sqrt(1 - a) * (x - Math.sqrt(a) * MEAN) / (a * VARIANCE + 1 - a);
      double clean = (x - Math.sqrt(1 - a) * eps) / Math.sqrt(a);
      double s = noise(t, eta);
      return Math.sqrt(previous(t)) * clean + Math.sqrt(1 - previous(t) - s * s) * eps;
    }

    @Override
    public double noise(int t, double eta) {
      double a = alpha(t);
      double p = previous(t);
      return eta * Math.sqrt((1 - p) / (1 - a) * (1 - a / p));
    }
  }

  /**
   * The law of one element of the leaves of a tree.
   *
   * @param mean of every leaf
   * @param covariance {@code [j]}: of two leaves whose paths part at window depth j; {@code [w]} is
   *     the variance of a leaf
   */
  record Law(double mean, double[] covariance) {

    double variance() {
      return covariance[covariance.length - 1];
    }
  }

  /** SDE steps from {@code start} on, {@code width} of them; the ODE (eta = 0) elsewhere. */
  static Law law(Transition transition, int steps, int start, int width, double eta) {
    double mean = 0;
    List<Double> covariance = new ArrayList<>();
    double variance = 1;
    for (int t = 0; t < steps; t++) {
      boolean sde = t >= start && t < start + width;
      if (sde) {
        covariance.add(variance);
      }
      double level = sde ? eta : 0;
      double offset = transition.mu(t, 0, level);
      double gain = transition.mu(t, 1, level) - offset;
      double noise = transition.noise(t, level);
      mean = gain * mean + offset;
      variance = gain * gain * variance + noise * noise;
      covariance.replaceAll(earlier -> gain * gain * earlier);
    }
    covariance.add(variance);
    return new Law(mean, covariance.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
