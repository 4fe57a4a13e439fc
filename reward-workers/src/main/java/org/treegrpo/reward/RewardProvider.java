package org.treegrpo.reward;

import java.util.Collection;
import java.util.List;

/**
 * Makes the rewards of one type. Found by {@link java.util.ServiceLoader}: a site adds its own by a
 * jar with {@code META-INF/services/org.treegrpo.reward.RewardProvider}. Needs a public class and a
 * public constructor without arguments.
 */
public interface RewardProvider {

  /** The value of {@code type} in the configuration. */
  String type();

  /**
   * What is wrong with the definition's options, one message each; empty when {@link #create} can
   * be tried. Reads files at most; loads nothing.
   */
  List<String> problems(RewardDefinition definition);

  /**
   * A new instance, owned by the caller.
   *
   * @throws RewardException when its model cannot be loaded
   */
  Reward create(RewardDefinition definition) throws RewardException;

  /**
   * Whether the reward judges the images of a prompt together, such as by their rank: each call
   * then gets a whole group, in training the leaves of all trees of a prompt, in evaluations its
   * images. Its scores compare within one prompt only.
   *
   * @param definition without {@link #problems}
   */
  default boolean scoresGroups(RewardDefinition definition) {
    return false;
  }

  /**
   * Tries on the driver, once and before a run, what {@link #create} will do on every executor;
   * needs no device but the CPU. The default relies on {@link #problems}.
   *
   * @param promptIds the prompts that it will be asked about
   * @throws RewardException when its model cannot be loaded
   */
  default void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {}
}
