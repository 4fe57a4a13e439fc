package org.treegrpo.job.benchmark;

import java.util.Arrays;
import java.util.List;

/** What a thread is doing, told from its stack; the first activity that fits. */
enum Activity {
  LOSS("loss: surrogate and its derivative", "org.treegrpo.core.learn.ParentLoss"),
  TRAINING(
      "training forwards and backwards",
      "org.treegrpo.core.policy.TorchPolicy.forward|org.treegrpo.core.policy.TorchPolicy$TorchForward",
      "ai.djl.pytorch.jni.PyTorchLibrary.moduleRunMethod|ai.djl.pytorch.jni.PyTorchLibrary.torchBackward"),
  ROLLOUT(
      "rollout forwards",
      "org.treegrpo.core.policy.TorchPolicy.predict",
      "ai.djl.pytorch.jni.PyTorchLibrary.moduleRunMethod"),
  COPY(
      "around the network: arrays in and out, tensors made and freed",
      "org.treegrpo.core.policy.TorchPolicy.predict|org.treegrpo.core.policy.TorchPolicy.forward|org.treegrpo.core.policy.TorchPolicy$TorchForward"),
  RECOGNISER(
      "reward model: recogniser network",
      "org.treegrpo.reward.pool.Worker.score",
      "ai.onnxruntime."),
  REWARD("reward model: pictures in, scores out", "org.treegrpo.reward.pool.Worker.score"),
  WEIGHTS(
      "weights in, gradients out",
      "org.treegrpo.core.policy.TorchPolicy|org.treegrpo.job.spark.WeightBroadcast.read"),
  NOISE("noise", "org.treegrpo.core.random.GaussianStream"),
  LOG_PROB("log-probabilities", "org.treegrpo.core.transition.LogProb"),
  STEP("sampler steps", "org.treegrpo.core.transition."),
  TREE("trees, other", "org.treegrpo.core.tree."),
  CODEC(
      "Arrow and edge records", "org.treegrpo.reward.arrow.|org.treegrpo.job.round.EdgeBatchCodec"),
  SUM("sums of gradients", "org.treegrpo.core.optim.PairwiseSum"),
  OPTIMISER("optimiser", "org.treegrpo.job.train.PolicyOptimizer"),
  DIGEST("digest of the weights", "org.treegrpo.job.checkpoint.WeightsDigest"),
  CHECKPOINT("checkpoint", "org.treegrpo.job.checkpoint."),
  AUDIT("audit", "org.treegrpo.job.audit."),
  CREDIT("credit", "org.treegrpo.job.round.CreditAssigner"),
  RECORD(
      "metrics, events, pictures", "org.treegrpo.job.metrics.|org.treegrpo.job.train.RunRecorder"),
  SPARK("Spark", "org.apache.spark.|io.netty.|scala."),
  OTHER("other Java threads", "");

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // an unmodifiable list of arrays nobody writes to
  private final List<String[]> frames;

  /**
   * @param frames what must all be on the stack: prefixes of {@code class.method}, alternatives
   *     separated by {@code |}
   */
  Activity(String label, String... frames) {
    this.label = label;
    this.frames = Arrays.stream(frames).map(frame -> frame.split("\\|")).toList();
  }

  static Activity of(StackTraceElement[] stack) {
    List<String> frames =
        Arrays.stream(stack)
            .map(frame -> frame.getClassName() + "." + frame.getMethodName())
            .toList();
    for (Activity activity : values()) {
      if (activity.fits(frames)) {
        return activity;
      }
    }
    return OTHER;
  }

  /** Whether it counts as inside the model or the reward models. */
  boolean isModel() {
    return switch (this) {
      case TRAINING, ROLLOUT, RECOGNISER, REWARD -> true;
      default -> false;
    };
  }

  String label() {
    return label;
  }

  private boolean fits(List<String> stack) {
    return frames.stream()
        .allMatch(
            alternatives ->
                Arrays.stream(alternatives)
                    .anyMatch(
                        prefix -> stack.stream().anyMatch(frame -> frame.startsWith(prefix))));
  }
}
