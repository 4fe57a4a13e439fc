package org.treegrpo.job.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.treegrpo.core.learn.LearnResult;
import org.treegrpo.core.optim.PairwiseSum;
import org.treegrpo.job.cluster.GradientSum;
import org.treegrpo.job.executor.LearnedBlock;
import org.treegrpo.job.round.ShareBlocks;
import org.treegrpo.job.spark.BlockRdd;
import org.treegrpo.job.spark.BlockTask;
import org.treegrpo.job.spark.StoredVector;
import org.treegrpo.job.spark.WeightBroadcast;

/** The way of weights to two executors, and of gradients back, beside Spark's own ways. */
final class VectorsRow implements Row {

  private static final int EXECUTORS = 2;
  private static final int WEIGHTS = 1 << 28;
  static final int GRADIENT = 25_000_000;
  private static final int GRADIENTS = 8;

  @Override
  public List<Finding> measure(Bench bench) throws Exception {
    try (JavaSparkContext context =
        new JavaSparkContext(TrainingRounds.spark("local-cluster[2,1,4608]"))) {
      jobs(context, EXECUTORS, (block, task) -> block);
      float[] weights = new float[WEIGHTS];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = i * 1e-9f;
      }
      byte[] bytes = new byte[WEIGHTS * 4 - 4096];
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .put(weights, 0, bytes.length / 4);
      Comparison out =
          Comparison.inTurns(
              bench.repetitions(),
              () -> install(context, weights).seconds(),
              () -> raw(context, bytes));
      treeReduce(context); // classes are loaded and compiled
      ordered(context);
      Comparison back =
          Comparison.inTurns(
              bench.repetitions(), () -> treeReduce(context), () -> ordered(context).seconds());
      return List.of(
          Finding.of(
              "Broadcast and install 1 GiB of weights / Spark's broadcast of a byte[] of that size",
              Bar.atMost(2, "%.2f×"),
              out.ratio(),
              out.seconds()),
          Finding.of(
              "Eight gradients of 100 MB to the driver: treeReduce / ours, in the order of shares",
              Bar.atLeast(3, "%.2f×"),
              back.ratio(),
              back.seconds()));
    }
  }

  /** Seconds until weights are installed on both executors. */
  record Installed(double send, double install) {

    double seconds() {
      return send + install;
    }
  }

  static Installed install(JavaSparkContext context, float[] weights) {
    long start = System.nanoTime();
    WeightBroadcast sent = WeightBroadcast.of(start, weights);
    double send = seconds(start);
    jobs(context, EXECUTORS, (block, task) -> installed(sent));
    double seconds = seconds(start);
    sent.destroy();
    return new Installed(send, seconds - send);
  }

  /** As into the parameters of a network, which lie outside of the heap. */
  private static int installed(WeightBroadcast sent) {
    FloatBuffer parameter =
        ByteBuffer.allocateDirect(1 << 26).order(ByteOrder.nativeOrder()).asFloatBuffer();
    var stream = sent.stream();
    for (int done = 0; done < sent.size(); done += parameter.capacity()) {
      stream.next(parameter.clear());
    }
    return sent.size();
  }

  private static double raw(JavaSparkContext context, byte[] bytes) {
    long start = System.nanoTime();
    Broadcast<byte[]> sent = context.broadcast(bytes);
    jobs(context, EXECUTORS, (block, task) -> sent.value().length);
    double seconds = seconds(start);
    sent.destroy(true);
    return seconds;
  }

  private static double treeReduce(JavaSparkContext context) {
    long start = System.nanoTime();
    float[] sum =
        context
            .parallelize(List.of(0, 1, 2, 3, 4, 5, 6, 7), GRADIENTS)
            .map(VectorsRow::gradient)
            .treeReduce(VectorsRow::plus);
    require(sum);
    return seconds(start);
  }

  /** Seconds until the driver has the sum. */
  record Added(double tasks, double pull) {

    double seconds() {
      return tasks + pull;
    }
  }

  static Added ordered(JavaSparkContext context) {
    long start = System.nanoTime();
    long id = StoredVector.newId();
    List<LearnedBlock> blocks =
        jobs(
            context,
            EXECUTORS,
            (block, task) -> learned(id, ShareBlocks.of(GRADIENTS, EXECUTORS), block));
    double tasks = seconds(start);
    GradientSum sum = new GradientSum(GRADIENTS, new BitSet());
    sum.add(blocks);
    require(sum.result());
    double seconds = seconds(start);
    StoredVector.drop(id);
    return new Added(tasks, seconds - tasks);
  }

  /** As a learn task leaves them: its shares' sum stays until the driver asks. */
  private static LearnedBlock learned(long id, ShareBlocks shares, int block) {
    PairwiseSum sum = new PairwiseSum(GRADIENTS);
    for (int share = shares.from(block); share < shares.to(block); share++) {
      sum.add(0, share, gradient(share));
    }
    List<PairwiseSum.Partial> partials = sum.partials();
    return new LearnedBlock(
        partials.stream().mapToInt(partial -> partial.node().level()).toArray(),
        partials.stream().mapToInt(partial -> partial.node().index()).toArray(),
        new float[0][],
        partials.stream()
            .map(partial -> StoredVector.put(id, "n" + block, partial.sum(), false))
            .toArray(StoredVector[]::new),
        new LearnResult[0],
        0,
        0,
        0,
        0);
  }

  private static void require(float[] sum) {
    if (sum.length != GRADIENT || sum[7] != 28) {
      throw new IllegalStateException("not the sum of the gradients: " + sum[7]);
    }
  }

  private static float[] gradient(int share) {
    float[] values = new float[GRADIENT];
    Arrays.fill(values, share);
    return values;
  }

  private static float[] plus(float[] left, float[] right) {
    for (int i = 0; i < left.length; i++) {
      left[i] += right[i];
    }
    return left;
  }

  private static <T> List<T> jobs(JavaSparkContext context, int tasks, BlockTask<T> task) {
    return BlockRdd.run(
        context.sc(), "benchmark", "vectors", tasks, Collections.nCopies(tasks, ""), task);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }
}
