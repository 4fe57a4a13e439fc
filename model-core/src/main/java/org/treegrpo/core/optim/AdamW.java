package org.treegrpo.core.optim;

import java.util.Objects;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) over one flat float32
 * vector. With bias-corrected moments m and v, one step is
 *
 * <pre>w = w - lr (weightDecay w + m / (sqrt(v) + epsilon))</pre>
 *
 * <p>The moments are part of a checkpoint: {@link #restore} continues bit for bit. Not thread-safe.
 */
public final class AdamW {

  private final AdamWSettings settings;
  private final float[] firstMoment;
  private final float[] secondMoment;
  private long steps;

  /** Zero moments for {@code size} parameters. */
  public AdamW(AdamWSettings settings, int size) {
    this(settings, new float[size], new float[size], 0);
  }

  private AdamW(AdamWSettings settings, float[] firstMoment, float[] secondMoment, long steps) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.firstMoment = firstMoment;
    this.secondMoment = secondMoment;
    this.steps = steps;
  }

  /**
   * The optimiser that {@link #firstMoment}, {@link #secondMoment} and {@link #steps} were saved
   * from. Takes the arrays over without a copy.
   */
  public static AdamW restore(
      AdamWSettings settings, float[] firstMoment, float[] secondMoment, long steps) {
    if (firstMoment.length != secondMoment.length) {
      throw new IllegalArgumentException(
          "optimizer state: first moment has %d elements, second moment %d; they must agree"
              .formatted(firstMoment.length, secondMoment.length));
    }
    if (steps < 0) {
      throw new IllegalArgumentException("optimizer state: steps must be at least 0, was " + steps);
    }
    return new AdamW(settings, firstMoment, secondMoment, steps);
  }

  /** Updates {@code weights} in place; {@code gradient} is only read. */
  public void step(float[] weights, float[] gradient, double learningRate) {
    requireSize("weight vector", weights);
    requireSize("gradient", gradient);
    steps++;
    double correction1 = 1 - StrictMath.pow(settings.beta1(), (double) steps);
    double correction2 = 1 - StrictMath.pow(settings.beta2(), (double) steps);
    float keep1 = (float) settings.beta1();
    float take1 = (float) (1 - settings.beta1());
    float keep2 = (float) settings.beta2();
    float take2 = (float) (1 - settings.beta2());
    float stepSize = (float) (learningRate / correction1);
    float rootScale = (float) (1 / Math.sqrt(correction2));
    float epsilon = (float) settings.epsilon();
    float decay = (float) (learningRate * settings.weightDecay());
    float[] first = firstMoment;
    float[] second = secondMoment;
    for (int i = 0; i < weights.length; i++) {
      float g = gradient[i];
      float m = keep1 * first[i] + take1 * g;
      float v = keep2 * second[i] + take2 * g * g;
      first[i] = m;
      second[i] = v;
      // Subtracted at once: a float factor (1 - decay) cannot resolve the usual decay of 1e-7.
      float root = (float) Math.sqrt(v);
      weights[i] -= decay * weights[i] + stepSize * m / (root * rootScale + epsilon);
    }
  }

  /** The live first moments, not a copy: for writing a checkpoint. */
  public float[] firstMoment() {
    return firstMoment;
  }

  /** The live second moments, not a copy: for writing a checkpoint. */
  public float[] secondMoment() {
    return secondMoment;
  }

  /** Number of steps taken. */
  public long steps() {
    return steps;
  }

  private void requireSize(String what, float[] array) {
    if (array.length != firstMoment.length) {
      throw new IllegalArgumentException(
          "the %s has %d elements, the optimizer %d; they must agree"
              .formatted(what, array.length, firstMoment.length));
    }
  }
}
