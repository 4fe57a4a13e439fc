package org.treegrpo.job.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.job.files.FileCache;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.plan.RewardWeightBytes;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardProviders;

/**
 * What the driver knows of a run's rewards without loading any.
 *
 * @param files that they name
 * @param weights of their models
 */
record RewardInputs(List<RewardFile> files, RewardWeightBytes weights) {

  static final RewardInputs NONE = new RewardInputs(List.of(), RewardWeightBytes.NONE);

  /**
   * Fetches the files and looks at them.
   *
   * @throws IOException naming a file that cannot be read
   * @throws RewardException naming what a reward lacks
   */
  static RewardInputs of(Recipe recipe, FileCache cache, Configuration hadoop)
      throws IOException, RewardException {
    List<RewardFile> files = new ArrayList<>();
    Set<List<String>> counted = new HashSet<>();
    RewardWeightBytes weights = RewardWeightBytes.NONE;
    for (RewardDefinition reward : recipe.rewards()) {
      List<RewardFile> ofReward = RewardFile.of(reward, cache, hadoop);
      RewardDefinition local = RewardFile.local(reward, ofReward, cache, hadoop);
      RewardProviders.check(local, promptsOf(reward, recipe));
      String device = local.option("device", "");
      if (ofReward.isEmpty()
          || counted.add(Stream.concat(Stream.of(device), digests(ofReward)).toList())) {
        weights = weights.plus(device, RewardProviders.weightBytes(local));
      }
      files.addAll(ofReward);
    }
    return new RewardInputs(files, weights);
  }

  /** Rewards of the same files share their weights. */
  private static Stream<String> digests(List<RewardFile> files) {
    return files.stream().map(RewardFile::sha256);
  }

  /** Ids of the prompts whose images a reward scores. */
  private static List<String> promptsOf(RewardDefinition reward, Recipe recipe) {
    Stream<Prompt> evaluated = recipe.evaluationPrompts().stream();
    return (reward.weight() > 0
            ? Stream.concat(recipe.trainPrompts().stream(), evaluated)
            : evaluated)
        .map(Prompt::id)
        .toList();
  }
}
