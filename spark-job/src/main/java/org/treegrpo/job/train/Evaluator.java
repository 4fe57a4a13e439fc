package org.treegrpo.job.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.core.credit.RewardWeights;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.TargetText;
import org.treegrpo.job.cluster.SparkCluster;
import org.treegrpo.job.executor.EvaluatedBlock;
import org.treegrpo.job.executor.PixelSums;
import org.treegrpo.job.images.ImageGrid;
import org.treegrpo.job.images.Png;
import org.treegrpo.job.images.SampleSheet.Cell;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.EvaluationRecord.Label;
import org.treegrpo.job.metrics.ImageStatistics;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.RewardDefinition;

/** Samples held-out prompts by ODE on the cluster and sums the scores up. */
final class Evaluator {

  private static final int COLUMNS = 8;
  private static final int MOST_CAUSES = 3;
  private static final Logger LOG = LoggerFactory.getLogger(Evaluator.class);

  private final SparkCluster cluster;
  private final Recipe recipe;

  public Evaluator(SparkCluster cluster, Recipe recipe) {
    this.cluster = cluster;
    this.recipe = recipe;
  }

  /**
   * An evaluation.
   *
   * @param trained the weighted sum of the trained rewards, the mean over the images of a prompt
   *     each; NaN where one is missing
   * @param missing images that have no score of a reward, by its name
   * @param sheet the pictures of the first prompts; empty where none are asked for
   */
  public record Evaluation(
      EvaluationRecord figures,
      double[] trained,
      Map<String, Long> missing,
      Optional<ImageGrid> sheet) {}

  /**
   * Evaluates one version of the weights.
   *
   * @param round what the record is called; 0 is the base
   */
  public Evaluation evaluate(int round, float[] weights) {
    TrainSettings settings = recipe.settings();
    int perPrompt = settings.evaluation().imagesPerPrompt();
    int prompts = recipe.evaluationPrompts().size();
    int chunkPrompts = Math.max(1, settings.update().microBatch() / perPrompt);
    WeightBroadcast broadcast = cluster.broadcast(weights);
    List<EvaluatedBlock> blocks;
    try {
      blocks = cluster.evaluate(broadcast, prompts, chunkPrompts, settings.report().prompts());
    } finally {
      broadcast.destroy();
    }
    List<float[]> scores = new ArrayList<>();
    List<String[]> read = new ArrayList<>();
    List<byte[]> pictures = new ArrayList<>();
    List<Double> diversity = new ArrayList<>();
    List<ImageStatistics> statistics = new ArrayList<>();
    PixelSums sums = PixelSums.NONE;
    for (EvaluatedBlock block : blocks) {
      scores.addAll(List.of(block.scores()));
      read.addAll(List.of(block.read()));
      pictures.addAll(List.of(block.pictures()));
      statistics.addAll(List.of(block.statistics()));
      sums = sums.plus(block.sums());
      for (double one : block.diversity()) {
        diversity.add(one);
      }
    }
    warn(round, scores, blocks);
    EvaluationRecord figures =
        new EvaluationRecord(
            round,
            new Label(
                "ode",
                settings.evaluation().steps(),
                settings.evaluationGuidance(),
                settings.ema().enabled()),
            prompts,
            rewards(scores, read, versions(blocks), perPrompt),
            diversity.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN),
            ImageStatistics.mean(statistics, sums.distance()));
    return new Evaluation(
        figures,
        trained(scores, perPrompt),
        missing(scores),
        pictures.isEmpty()
            ? Optional.empty()
            : Optional.of(sheet(round, scores, read, pictures, blocks.get(0))));
  }

  private Map<String, Long> missing(List<float[]> scores) {
    Map<String, Long> missing = new LinkedHashMap<>();
    for (int reward = 0; reward < recipe.rewards().size(); reward++) {
      int column = reward;
      long count = scores.stream().filter(row -> Float.isNaN(row[column])).count();
      if (count > 0) {
        missing.put(recipe.rewards().get(reward).name(), count);
      }
    }
    return missing;
  }

  private double[] trained(List<float[]> scores, int perPrompt) {
    int[] columns =
        IntStream.range(0, recipe.rewards().size())
            .filter(reward -> recipe.rewards().get(reward).weight() > 0)
            .toArray();
    RewardWeights weights = recipe.rewardWeights();
    double[] totals =
        scores.stream()
            .mapToDouble(
                row -> weights.total(IntStream.of(columns).mapToDouble(i -> row[i]).toArray()))
            .toArray();
    return IntStream.range(0, totals.length / perPrompt)
        .mapToDouble(
            prompt ->
                Arrays.stream(totals, prompt * perPrompt, (prompt + 1) * perPrompt)
                    .average()
                    .orElse(Double.NaN))
        .toArray();
  }

  /** The version of each reward, from a block that could load it; empty where none could. */
  private List<String> versions(List<EvaluatedBlock> blocks) {
    return IntStream.range(0, recipe.rewards().size())
        .mapToObj(
            reward ->
                blocks.stream()
                    .map(block -> block.versions()[reward])
                    .filter(version -> !version.isEmpty())
                    .findFirst()
                    .orElse(""))
        .toList();
  }

  private void warn(int round, List<float[]> scores, List<EvaluatedBlock> blocks) {
    List<String> causes =
        blocks.stream()
            .flatMap(block -> Stream.of(block.failures()))
            .distinct()
            .limit(MOST_CAUSES)
            .toList();
    for (int reward = 0; reward < recipe.rewards().size(); reward++) {
      int column = reward;
      long missing = scores.stream().filter(row -> Float.isNaN(row[column])).count();
      if (missing > 0) {
        LOG.warn(
            "held-out after round {}: {} of {} images have no score of reward '{}'; first causes: {}",
            round,
            missing,
            scores.size(),
            recipe.rewards().get(reward).name(),
            causes);
      }
    }
  }

  private Map<String, HeldOutReward> rewards(
      List<float[]> scores, List<String[]> read, List<String> versions, int perPrompt) {
    Map<String, HeldOutReward> rewards = new LinkedHashMap<>();
    List<RewardDefinition> definitions = recipe.rewards();
    Set<String> trained = new HashSet<>();
    for (int reward = 0; reward < definitions.size(); reward++) {
      if (definitions.get(reward).weight() > 0 && !versions.get(reward).isEmpty()) {
        trained.add(versions.get(reward));
      }
    }
    for (int reward = 0; reward < definitions.size(); reward++) {
      int column = reward;
      HeldOutMean mean =
          HeldOutMean.of(scores.stream().mapToDouble(row -> row[column]).toArray(), perPrompt);
      rewards.put(
          definitions.get(reward).name(),
          new HeldOutReward(
              mean.mean(),
              mean.confidence95(),
              definitions.get(reward).weight() > 0 || trained.contains(versions.get(reward)),
              exact(read, reward, perPrompt)));
    }
    return rewards;
  }

  /**
   * Share of the images that read exactly as their prompt; null where the reward does not read, or
   * could not read them all.
   */
  private @Nullable Double exact(List<String[]> read, int reward, int perPrompt) {
    int right = 0;
    for (int i = 0; i < read.size(); i++) {
      String text = read.get(i)[reward];
      if (text == null) {
        return null;
      }
      if (TargetText.isExactly(recipe.evaluationPrompts().get(i / perPrompt).text(), text)) {
        right++;
      }
    }
    return (double) right / read.size();
  }

  private ImageGrid sheet(
      int round,
      List<float[]> scores,
      List<String[]> read,
      List<byte[]> pictures,
      EvaluatedBlock size) {
    int perPrompt = recipe.settings().evaluation().imagesPerPrompt();
    List<RewardDefinition> definitions = recipe.rewards();
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      Prompt prompt = recipe.evaluationPrompts().get(i / perPrompt);
      Map<String, Double> byReward = new LinkedHashMap<>();
      Map<String, String> texts = new LinkedHashMap<>();
      for (int reward = 0; reward < definitions.size(); reward++) {
        float score = scores.get(i)[reward];
        byReward.put(definitions.get(reward).name(), Float.isNaN(score) ? null : (double) score);
        String text = read.get(i)[reward];
        if (text != null) {
          texts.put(definitions.get(reward).name(), text);
        }
      }
      cells.add(new Cell(prompt.id(), prompt.text(), i % perPrompt, byReward, texts));
    }
    return ImageGrid.of(
        round,
        COLUMNS,
        cells,
        pictures.stream().map(bytes -> Png.image(bytes, size.height(), size.width())).toList());
  }
}
