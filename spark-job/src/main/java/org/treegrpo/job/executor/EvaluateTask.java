package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.tree.NoiseSource;
import org.treegrpo.core.tree.TreeSettings.RootNoise;
import org.treegrpo.job.round.Recipe;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.pool.RewardPool;

/**
 * Samples a block of held-out prompts by ODE and scores them with every reward. The noise is keyed
 * by (evaluation seed, prompt, image), the same in every evaluation of a run; a batch holds the
 * images of a fixed number of prompts, whatever the number of tasks.
 *
 * @param chunks how the chunks of prompts are dealt to tasks
 * @param chunkPrompts prompts of one chunk
 * @param pictures return the images of the first prompts
 */
public record EvaluateTask(
    Broadcast<RunSpec> run,
    WeightBroadcast weights,
    ShareBlocks chunks,
    int chunkPrompts,
    int pictures)
    implements BlockTask<EvaluatedBlock> {

  private static final int MOST_CAUSES = 3;

  @Override
  public EvaluatedBlock run(int block, TaskContext context) {
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    Recipe recipe = runtime.recipe();
    PolicySlot slot = runtime.borrow(weights);
    PolicySlot base =
        recipe.settings().evaluation().endsWithBase() ? runtime.borrowReference() : slot;
    try {
      List<Prompt> all = recipe.evaluationPrompts();
      List<CompletableFuture<ScoredBatch>> scores = new ArrayList<>();
      List<CompletableFuture<String[][]>> read = new ArrayList<>();
      List<byte[]> images = new ArrayList<>();
      List<Double> diversity = new ArrayList<>();
      ImageProbe probe = new ImageProbe(recipe.policy());
      int height = 0;
      int width = 0;
      for (int chunk = chunks.from(block); chunk < chunks.to(block); chunk++) {
        context.killTaskIfInterrupted();
        int from = chunk * chunkPrompts;
        List<Prompt> prompts = all.subList(from, Math.min(all.size(), from + chunkPrompts));
        Images sampled = sample(recipe, slot, base, prompts);
        int perPrompt = recipe.settings().evaluation().imagesPerPrompt();
        probe.add(sampled, perPrompt);
        for (int i = 0; i < prompts.size(); i++) {
          diversity.add(Diversity.of(sampled, i * perPrompt, perPrompt));
          for (int j = 0; j < perPrompt && from + i < pictures; j++) {
            images.add(Pixels.bytes(sampled, i * perPrompt + j));
          }
        }
        ImageBatch batch =
            new ImageBatch(sampled.rows(), sampled.height(), sampled.width(), sampled.pixels());
        scores.add(
            runtime.measuredRewards().submit(batch, rewardPrompts(recipe, prompts, perPrompt)));
        read.add(runtime.measuredRewards().read(batch));
        height = sampled.height();
        width = sampled.width();
      }
      return new EvaluatedBlock(
          rows(scores),
          versions(runtime.measuredRewards()),
          failures(scores),
          read.stream().flatMap(texts -> Stream.of(texts.join())).toArray(String[][]::new),
          height,
          width,
          images.toArray(byte[][]::new),
          diversity.stream().mapToDouble(Double::doubleValue).toArray(),
          probe.figures(),
          probe.sums());
    } finally {
      runtime.giveBack(slot);
      if (base != slot) {
        runtime.giveBack(base);
      }
    }
  }

  /**
   * @param base takes the last steps where the settings say so
   */
  private static Images sample(
      Recipe recipe, PolicySlot slot, PolicySlot base, List<Prompt> prompts) {
    int perPrompt = recipe.settings().evaluation().imagesPerPrompt();
    int elements = recipe.policy().latentShape().elements();
    NoiseSource noise =
        new NoiseSource(recipe.settings().evaluation().seed(), 0, RootNoise.INDEPENDENT);
    float[] roots = new float[prompts.size() * perPrompt * elements];
    List<Conditioning> conditioning = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      Conditioning ofPrompt = recipe.conditioner().of(prompts.get(i));
      for (int j = 0; j < perPrompt; j++) {
        noise.root(prompts.get(i).id(), j, roots, (i * perPrompt + j) * elements, elements);
        conditioning.add(ofPrompt);
      }
    }
    float[] latents =
        recipe.evaluationSample(
            recipe.evaluationDenoiser(slot.policy()),
            recipe.evaluationDenoiser(base.policy()),
            recipe.settings().update().microBatch(),
            roots,
            conditioning);
    return slot.decoder().decode(conditioning.size(), latents);
  }

  /** As many of each prompt as it has images. */
  static List<RewardPrompt> rewardPrompts(Recipe recipe, List<Prompt> prompts, int perPrompt) {
    List<RewardPrompt> repeated = new ArrayList<>();
    for (Prompt prompt : prompts) {
      RewardPrompt one =
          new RewardPrompt(prompt.id(), prompt.text(), recipe.conditioner().of(prompt).tensors());
      for (int j = 0; j < perPrompt; j++) {
        repeated.add(one);
      }
    }
    return repeated;
  }

  private static String[] versions(RewardPool rewards) {
    return rewards.names().stream()
        .map(name -> rewards.versions().getOrDefault(name, ""))
        .toArray(String[]::new);
  }

  private static String[] failures(List<CompletableFuture<ScoredBatch>> scores) {
    return scores.stream()
        .flatMap(scored -> scored.join().failures().stream())
        .distinct()
        .limit(MOST_CAUSES)
        .toArray(String[]::new);
  }

  private static float[][] rows(List<CompletableFuture<ScoredBatch>> scores) {
    List<float[]> rows = new ArrayList<>();
    for (CompletableFuture<ScoredBatch> pending : scores) {
      ScoredBatch scored = pending.join();
      for (int row = 0; row < scored.scores()[0].length; row++) {
        rows.add(scored.row(row));
      }
    }
    return rows.toArray(float[][]::new);
  }
}
