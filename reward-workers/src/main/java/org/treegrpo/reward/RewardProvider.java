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
   * be tried. Looks whether files are there at most; one that is named by a URI may be anywhere.
   */
  List<String> problems(RewardDefinition definition);

  /**
   * A new instance, owned by the caller.
   *
   * @param definition whose files, see {@link RewardDefinition#namesAFile}, are local by now,
   *     whatever file system the user's URI named; an option {@code device} that was {@code gpu} is
   *     the GPU that Spark has assigned, such as {@code gpu1}
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
   * Looks on the driver, once and before a run, at what can be told without loading a model: an
   * executor tries the reward itself. The default relies on {@link #problems}.
   *
   * @param definition whose files are local by now
   * @param promptIds the prompts that it will be asked about
   * @throws RewardException naming what it lacks
   */
  default void check(RewardDefinition definition, Collection<String> promptIds)
      throws RewardException {}

  /**
   * Whether an executor calls it once with images of noise before a run trains on it. For what a
   * call costs nothing and changes nothing.
   */
  default boolean isTried(RewardDefinition definition) {
    return false;
  }

  /**
   * Bytes that the weights of one instance take on its device; 0 where that is little, or not
   * known.
   *
   * @param definition that {@link #check} has passed
   */
  default long weightBytes(RewardDefinition definition) throws RewardException {
    return 0;
  }
}
