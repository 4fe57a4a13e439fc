package org.treegrpo.core.objective;

/**
 * DiffusionNFT's loss (ALGORITHMS.md section 3.2): with r = (A + 1) / 2, a policy pulled towards
 * the leaf, v+ = beta v_theta + (1 - beta) v_old, and one pushed away from it, v- = (1 + beta)
 * v_old - beta v_theta, give [r |x0hat+ - x0|^2 / w+ + (1 - r) |x0hat- - x0|^2 / w-] / beta, means
 * over D, with w = mean |x0hat - x0| not differentiated.
 *
 * @param beta strength of the pull, positive
 */
public record DiffusionNft(double beta) implements LeafLoss {

  private static final double LEAST_WEIGHT = 1e-5;

  public DiffusionNft {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("beta must be positive and finite, was " + beta);
    }
  }

  @Override
  public Surrogate.Term add(Row row, double advantage, double weight, double[] gradient) {
    double r = (Math.max(-1, Math.min(1, advantage)) + 1) / 2;
    double loss = branch(row, beta, r, weight, gradient);
    loss += branch(row, -beta, 1 - r, weight, gradient);
    return Surrogate.Term.ofLogProb(0, loss, 0, false);
  }

  /**
   * One of the two policies, v = pull v_theta + (1 - pull) v_old.
   *
   * @return its part of the loss, without {@code weight}
   */
  private double branch(Row row, double pull, double share, double weight, double[] gradient) {
    int elements = gradient.length;
    double[] errors = new double[elements];
    double absolute = 0;
    double squares = 0;
    for (int i = 0; i < elements; i++) {
      int at = row.offset() + i;
      double output = pull * row.output()[at] + (1 - pull) * row.old()[at];
      double clean = row.clean().latent() * row.states()[at] + row.clean().output() * output;
      errors[i] = clean - row.leaves()[at];
      absolute += Math.abs(errors[i]);
      squares += errors[i] * errors[i];
    }
    double scale = share / (beta * Math.max(LEAST_WEIGHT, absolute / elements));
    double slope = weight * scale * 2 * pull * row.clean().output() / elements;
    for (int i = 0; i < elements; i++) {
      gradient[i] += slope * errors[i];
    }
    return scale * squares / elements;
  }
}
