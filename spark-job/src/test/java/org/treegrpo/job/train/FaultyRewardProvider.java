package org.treegrpo.job.train;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProvider;
import org.treegrpo.reward.TextReader;

/**
 * Type {@code faulty}: scores the mean of an image, except in every n-th call of an instance
 * (option {@code every}), where it does what the option {@code fault} says. A wrong {@code api-key}
 * is refused.
 */
public final class FaultyRewardProvider implements RewardProvider {

  /** What an option {@code api-key} must begin with. */
  public static final String KEY = "correct-horse";

  @Override
  public String type() {
    return "faulty";
  }

  @Override
  public List<String> problems(RewardDefinition definition) {
    return definition.unknownOptions(Set.of("fault", "every", "api-key"));
  }

  @Override
  public Reward create(RewardDefinition definition) throws RewardException {
    if (!definition.option("api-key", KEY).startsWith(KEY)) {
      throw new RewardException("the key is wrong");
    }
    String fault = definition.option("fault", "");
    if (fault.equals("unmade")) {
      throw new RewardException("no model on this machine");
    }
    if (fault.equals("unlinked")) {
      throw new NoClassDefFoundError("Model");
    }
    int every = Integer.parseInt(definition.option("every", "1"));
    return fault.equals("unread")
        ? new Reader(definition.name())
        : new Faulty(definition.name(), fault, every);
  }

  /** Scores, and cannot tell what it reads after its first reading. */
  private static final class Reader implements Reward, TextReader {

    private final String name;
    private boolean readOnce;

    Reader(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String version() {
      return "reader";
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) {
      return new float[images.rows()];
    }

    @Override
    public List<String> read(ImageBatch images) throws RewardException {
      if (readOnce) {
        throw new RewardException("no letters");
      }
      readOnce = true;
      return Collections.nCopies(images.rows(), "ba");
    }

    @Override
    public void close() {}
  }

  private static final class Faulty implements Reward {

    private final String name;
    private final String fault;
    private final int every;
    private final Map<String, Integer> calls = new HashMap<>();

    Faulty(String name, String fault, int every) {
      this.name = name;
      this.fault = fault;
      this.every = every;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String version() {
      if (fault.equals("unnamed")) {
        throw new IllegalStateException("no version");
      }
      return fault;
    }

    @Override
    public float[] score(ImageBatch images, List<RewardPrompt> prompts) throws RewardException {
      // By prompt, since evaluations ask the same instance.
      int call = calls.merge(prompts.get(0).id(), 1, Integer::sum);
      float[] scores = means(images);
      if (call % every != 0) {
        return scores;
      }
      return switch (fault) {
        case "throws" -> throw new RewardException("no answer from the model");
        case "crashes" -> throw new IllegalStateException("broken");
        case "nan" -> firstMissing(scores);
        case "short" -> new float[images.rows() - 1];
        case "null" -> null;
        case "hangs" -> hang();
        case "unclosed" -> scores;
        case "error" -> throw new UnsatisfiedLinkError("no libmodel");
        default -> throw new AssertionError(fault);
      };
    }

    @Override
    public void close() {
      if (fault.equals("unclosed")) {
        throw new IllegalStateException("cannot be closed");
      }
    }

    private static float[] firstMissing(float[] scores) {
      scores[0] = Float.NaN;
      return scores;
    }

    /** Until the pool interrupts the call. */
    private static float[] hang() throws RewardException {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new RewardException("interrupted", e);
      }
      return new float[0];
    }

    private static float[] means(ImageBatch images) {
      int elements = 3 * images.height() * images.width();
      float[] means = new float[images.rows()];
      for (int row = 0; row < means.length; row++) {
        double sum = 0;
        for (int i = 0; i < elements; i++) {
          sum += images.pixels()[images.offset(row) + i];
        }
        means[row] = (float) (sum / elements);
      }
      return means;
    }
  }
}
