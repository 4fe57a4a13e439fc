package org.treegrpo.core.optim;

import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101) over one flat float32
 * vector; its moments are off the heap. With bias-corrected moments m and v, one step is
 *
 * <pre>w = w - lr (weightDecay w + m / (sqrt(v) + epsilon))</pre>
 *
 * <p>The moments are part of a checkpoint: {@link #restore} continues bit for bit. Not thread-safe.
 */
public final class AdamW {

  /** Elements that stay in a core's cache from one line of the formula to the next. */
  private static final int BLOCK = 1 << 13;

  private final AdamWSettings settings;
  private final OffHeapVector firstMoment;
  private final OffHeapVector secondMoment;
  private long steps;

  /** Zero moments for {@code size} parameters. */
  public AdamW(AdamWSettings settings, int size) {
    this(settings, new OffHeapVector(size), new OffHeapVector(size), 0);
  }

  private AdamW(
      AdamWSettings settings, OffHeapVector firstMoment, OffHeapVector secondMoment, long steps) {
    this.settings = Objects.requireNonNull(settings, "settings");
    this.firstMoment = firstMoment;
    this.secondMoment = secondMoment;
    this.steps = steps;
  }

  /**
   * The optimiser that {@link #firstMoment}, {@link #secondMoment} and {@link #steps} were saved
   * from. Takes the vectors over without a copy.
   */
  public static AdamW restore(
      AdamWSettings settings, OffHeapVector firstMoment, OffHeapVector secondMoment, long steps) {
    if (firstMoment.size() != secondMoment.size()) {
      throw new IllegalArgumentException(
          "optimizer state: first moment has %d elements, second moment %d; they must agree"
              .formatted(firstMoment.size(), secondMoment.size()));
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
    Constants constants = constants(learningRate);
    // Each element is on its own, so that threads do not change a bit.
    IntStream.range(0, (int) (((long) weights.length + BLOCK - 1) / BLOCK))
        .parallel()
        .forEach(block -> step(weights, gradient, block * BLOCK, constants));
  }

  /** Of one step, as float32. */
  private record Constants(
      float keep1,
      float take1,
      float keep2,
      float take2,
      float stepSize,
      float rootScale,
      float epsilon,
      float decay) {}

  private Constants constants(double learningRate) {
    double correction1 = 1 - StrictMath.pow(settings.beta1(), (double) steps);
    double correction2 = 1 - StrictMath.pow(settings.beta2(), (double) steps);
    return new Constants(
        (float) settings.beta1(),
        (float) (1 - settings.beta1()),
        (float) settings.beta2(),
        (float) (1 - settings.beta2()),
        (float) (learningRate / correction1),
        (float) (1 / Math.sqrt(correction2)),
        (float) settings.epsilon(),
        (float) (learningRate * settings.weightDecay()));
  }

  private void step(float[] weights, float[] gradient, int from, Constants c) {
    int count = Math.min(BLOCK, weights.length - from);
    float[] first = new float[count];
    float[] second = new float[count];
    firstMoment.get(from, first, 0, count);
    secondMoment.get(from, second, 0, count);
    for (int i = 0; i < count; i++) {
      float g = gradient[from + i];
      float m = c.keep1 * first[i] + c.take1 * g;
      float v = c.keep2 * second[i] + c.take2 * g * g;
      first[i] = m;
      second[i] = v;
      // Subtracted at once: a float factor (1 - decay) cannot resolve the usual decay of 1e-7.
      float root = (float) Math.sqrt(v);
      float w = weights[from + i];
      weights[from + i] = w - (c.decay * w + c.stepSize * m / (root * c.rootScale + c.epsilon));
    }
    firstMoment.set(from, first, 0, count);
    secondMoment.set(from, second, 0, count);
  }

  /** The live first moments, not a copy: for writing a checkpoint. */
  public OffHeapVector firstMoment() {
    return firstMoment;
  }

  /** The live second moments, not a copy: for writing a checkpoint. */
  public OffHeapVector secondMoment() {
    return secondMoment;
  }

  /** Number of steps taken. */
  public long steps() {
    return steps;
  }

  private void requireSize(String what, float[] array) {
    if (array.length != firstMoment.size()) {
      throw new IllegalArgumentException(
          "the %s has %d elements, the optimizer %d; they must agree"
              .formatted(what, array.length, firstMoment.size()));
    }
  }
}
