package org.treegrpo.core.optim;

/** Clipping of the whole gradient vector by its Euclidean norm. */
public final class GradientClip {

  private GradientClip() {}

  /**
   * Scales {@code gradient} in place to norm {@code maxNorm} if it is longer.
   *
   * @param maxNorm positive; infinity only measures
   * @return the norm before clipping, accumulated in double in index order
   * @throws DivergedException if an element is NaN or infinite; the gradient is left as it is
   */
  public static double clip(float[] gradient, double maxNorm) {
    if (!(maxNorm > 0)) {
      throw new IllegalArgumentException(
          "the maximum gradient norm must be positive, was " + maxNorm);
    }
    double norm = norm(gradient);
    if (norm > maxNorm) {
      double scale = maxNorm / norm;
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = (float) (scale * gradient[i]);
      }
    }
    return norm;
  }

  private static double norm(float[] gradient) {
    double squares = 0;
    for (float g : gradient) {
      squares += (double) g * g;
    }
    // Squares of finite floats cannot overflow a double, so only a bad element can end here.
    if (!Double.isFinite(squares)) {
      throw new DivergedException(
          "gradient element %d is not finite; lower the learning rate or check the rewards"
              .formatted(firstNonFinite(gradient)));
    }
    return Math.sqrt(squares);
  }

  private static int firstNonFinite(float[] gradient) {
    int index = 0;
    while (Float.isFinite(gradient[index])) {
      index++;
    }
    return index;
  }
}
