package org.treegrpo.job.executor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.treegrpo.core.learn.Replay;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.policy.ImageDecoder.Images;
import org.treegrpo.core.topology.Forest;
import org.treegrpo.core.tree.GrownShare;
import org.treegrpo.job.round.EdgeBatchCodec;
import org.treegrpo.job.round.RoundPlan;
import org.treegrpo.job.round.Share;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.RewardStreamPlugin;
import org.treegrpo.job.spark.ShareMessage;
import org.treegrpo.job.spark.WeightBroadcast;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.arrow.RewardBatch;
import org.treegrpo.reward.arrow.RewardBatchCodec;
import org.treegrpo.reward.arrow.RewardRow;

/**
 * Grows a block of shares, one after the other; the reward workers score a share while the next one
 * grows, and each scored share goes to the driver at once. The rollouts stay here for the learn
 * job.
 *
 * @param first what is done with the first share besides
 */
public record GrowTask(
    Broadcast<RunSpec> run,
    WeightBroadcast weights,
    int round,
    ShareBlocks blocks,
    FirstShare first)
    implements BlockTask<GrownBlock> {

  @Override
  public GrownBlock run(int block, TaskContext context) {
    long start = System.nanoTime();
    ExecutorRuntime runtime = ExecutorRuntime.of(run);
    runtime.rollouts().begin(round);
    int attempt = (int) context.taskAttemptId();
    PolicySlot slot = runtime.borrow(weights);
    try {
      int regrown = context.attemptNumber() == 0 ? 0 : blocks.to(block) - blocks.from(block);
      return new Growing(runtime, slot, attempt, regrown, start).grow(block);
    } finally {
      runtime.giveBack(slot);
    }
  }

  /** One task's work. */
  private final class Growing {

    private final ExecutorRuntime runtime;
    private final PolicySlot slot;
    private final int attempt;
    private final int regrown;
    private final long start;
    private final List<CompletableFuture<ScoredBatch>> sent = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private double deviation = Double.NaN;
    private @Nullable TreePictures pictures;

    Growing(ExecutorRuntime runtime, PolicySlot slot, int attempt, int regrown, long start) {
      this.runtime = runtime;
      this.slot = slot;
      this.attempt = attempt;
      this.regrown = regrown;
      this.start = start;
    }

    GrownBlock grow(int block) {
      RoundPlan plan = runtime.recipe().plan(round);
      long evaluations = slot.denoiser().evaluations().rollout();
      double networkSeconds = slot.denoiser().networkSeconds();
      for (int share = blocks.from(block); share < blocks.to(block); share++) {
        TaskContext.get().killTaskIfInterrupted();
        grow(plan, plan.shares().get(share));
      }
      double growSeconds = seconds(start);
      double rewardSeconds = 0;
      for (CompletableFuture<ScoredBatch> pending : sent) {
        ScoredBatch scored = pending.join();
        rewardSeconds += scored.modelSeconds();
        failures.addAll(scored.failures());
      }
      return new GrownBlock(
          location(),
          slot.fingerprint(),
          attempt,
          regrown,
          growSeconds,
          seconds(start),
          slot.denoiser().evaluations().rollout() - evaluations,
          slot.denoiser().networkSeconds() - networkSeconds,
          rewardSeconds,
          deviation,
          failures.stream().distinct().limit(3).toArray(String[]::new),
          pictures);
    }

    private void grow(RoundPlan plan, Share share) {
      boolean isFirst = share.index() == 0;
      Function<String, Conditioning> conditioning = runtime.conditioning(plan);
      GrownShare grown =
          isFirst && first.pictured()
              ? slot.grower().grow(plan.key(), share.forest(), conditioning, 0)
              : slot.grower().grow(plan.key(), share.forest(), conditioning);
      if (isFirst && first.checked()) {
        deviation =
            Replay.maxRatioDeviation(
                slot.denoiser(),
                runtime.recipe().sampler(),
                grown,
                runtime.recipe().settings().selfCheck().parents());
      }
      Images images = slot.decoder().decode(share.forest().leaves(), grown.leafLatents());
      if (isFirst && first.pictured()) {
        pictures = pictures(grown, images);
      }
      runtime.keep(plan, share.index(), grown);
      ImageBatch batch =
          new ImageBatch(images.rows(), images.height(), images.width(), images.pixels());
      sent.add(
          runtime
              .rewards()
              .submit(batch, prompts(plan, share.forest(), conditioning))
              .thenApply(scored -> send(share, grown, scored)));
    }

    private ScoredBatch send(Share share, GrownShare grown, ScoredBatch scored) {
      List<RewardRow> rows = new ArrayList<>();
      for (int leaf = 0; leaf < share.forest().leaves(); leaf++) {
        rows.add(new RewardRow(leaf, scored.row(leaf)));
      }
      RewardBatch batch =
          new RewardBatch(round, share.index(), attempt, scored.names(), rows, versions());
      RewardStreamPlugin.send(
          new ShareMessage(
              runtime.runId(),
              round,
              share.index(),
              attempt,
              RewardBatchCodec.encode(batch),
              EdgeBatchCodec.encode(grown.logProbs())));
      return scored;
    }

    private Map<String, String> versions() {
      return runtime.rewards().versions();
    }

    private List<RewardPrompt> prompts(
        RoundPlan plan, Forest forest, Function<String, Conditioning> conditioning) {
      return IntStream.range(0, forest.leaves())
          .mapToObj(leaf -> forest.seed(forest.leafRow(leaf)).promptId())
          .map(id -> new RewardPrompt(id, plan.prompt(id).text(), conditioning.apply(id).tensors()))
          .toList();
    }

    private TreePictures pictures(GrownShare grown, Images leaves) {
      Map<Integer, byte[]> nodes = new LinkedHashMap<>();
      grown
          .previews()
          .forEach(
              (node, latent) -> nodes.put(node, Pixels.bytes(slot.decoder().decode(1, latent), 0)));
      Forest forest = grown.forest();
      for (int i = 0; i < forest.leaves(); i++) {
        if (forest.tree(forest.leafRow(i)) == 0) {
          nodes.put(forest.node(forest.leafRow(i)), Pixels.bytes(leaves, i));
        }
      }
      return new TreePictures(
          0,
          leaves.height(),
          leaves.width(),
          nodes.keySet().stream().mapToInt(Integer::intValue).toArray(),
          nodes.values().toArray(byte[][]::new));
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) * 1e-9;
  }

  private static String location() {
    SparkEnv env = SparkEnv.get();
    return "executor_" + env.blockManager().blockManagerId().host() + "_" + env.executorId();
  }
}
