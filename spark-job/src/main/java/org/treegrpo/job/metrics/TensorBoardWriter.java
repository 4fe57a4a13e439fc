package org.treegrpo.job.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.job.metrics.EvaluationRecord.HeldOutReward;
import org.treegrpo.job.metrics.RoundMetrics.RewardStatistics;

/**
 * The run's curves for TensorBoard: one {@code events.out.tfevents.*} file for each process start.
 *
 * <p>The file is replaced whole, because object stores cannot append; to keep the bytes written
 * within 33 times the file's size, it is replaced once it has grown by 1/32, and on {@link #close}.
 * So a short run's file is current after every round. One writer, one thread.
 */
public final class TensorBoardWriter implements AutoCloseable {
  private static final int GROWTH_FRACTION = 32;

  // Field numbers of tensorflow.Event, Summary, Summary.Value and SessionLog.
  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int EVENT_SESSION_LOG = 7;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE = 2;
  private static final int SESSION_STATUS = 1;
  private static final int SESSION_START = 1;

  private final FileSystem fs;
  private final Path file;
  private final InstantSource clock;
  private final ByteArrayOutputStream events = new ByteArrayOutputStream();
  private int written;

  /**
   * Starts a file.
   *
   * @param firstRound the first round this process will write; TensorBoard drops what earlier files
   *     of the directory say from there on
   */
  public TensorBoardWriter(FileSystem fs, Path runDir, int firstRound, InstantSource clock)
      throws IOException {
    this.fs = fs;
    this.clock = clock;
    this.file =
        new Path(
            runDir,
            String.format(
                Locale.ROOT,
                "events.out.tfevents.%010d.%d",
                clock.millis() / 1000,
                ProcessHandle.current().pid()));
    events.writeBytes(event(0).text(EVENT_FILE_VERSION, "brain.Event:2").framed());
    events.writeBytes(
        event(firstRound)
            .message(EVENT_SESSION_LOG, new EventMessage().integer(SESSION_STATUS, SESSION_START))
            .framed());
    flushIfGrown();
  }

  /** Adds a round's curves. */
  public void add(RoundMetrics metrics) throws IOException {
    EventMessage summary = new EventMessage();
    for (Map.Entry<String, RewardStatistics> reward : metrics.reward().entrySet()) {
      String tag = "reward/" + reward.getKey();
      scalar(summary, tag, reward.getValue().mean());
      scalar(summary, tag + "_std", reward.getValue().std());
      scalar(summary, tag + "_failed", reward.getValue().failed());
    }
    RoundMetrics.PhaseSeconds seconds = metrics.seconds();
    scalar(summary, "seconds/grow", seconds.grow());
    scalar(summary, "seconds/score", seconds.score());
    scalar(summary, "seconds/advantage", seconds.advantage());
    scalar(summary, "seconds/learn", seconds.learn());
    scalar(summary, "seconds/update", seconds.update());
    scalar(summary, "seconds/checkpoint", seconds.checkpoint());
    scalar(summary, "seconds/total", seconds.total());
    scalar(summary, "model_seconds/rollout", metrics.modelSeconds().rollout());
    scalar(summary, "model_seconds/learn", metrics.modelSeconds().learn());
    scalar(summary, "model_seconds/reward", metrics.modelSeconds().reward());
    scalar(summary, "nfe/rollout", metrics.nfe().rollout());
    scalar(summary, "nfe/train_forward", metrics.nfe().trainForward());
    scalar(summary, "nfe/train_backward", metrics.nfe().trainBackward());
    scalar(summary, "tree/window_start", metrics.windowStart());
    scalar(summary, "tree/leaves", metrics.leaves());
    scalar(summary, "tree/parents", metrics.parents());
    scalar(summary, "tree/edges", metrics.edges());
    scalar(summary, "tree/shares_regrown", metrics.sharesRegrown());
    scalar(summary, "advantage/std", metrics.advantageStd());
    scalar(summary, "advantage/zero_variance_groups", metrics.zeroVarianceGroups());
    scalar(summary, "update/ratio_max_deviation", metrics.ratioMaxDeviation());
    scalar(summary, "update/clip_fraction", metrics.clipFraction());
    scalar(summary, "update/approx_kl", metrics.approxKl());
    scalar(summary, "update/penalty", metrics.penalty());
    scalar(summary, "update/old_policy_gap", metrics.oldPolicyGap());
    scalar(summary, "update/gradient_norm", metrics.gradientNorm());
    scalar(summary, "update/gradient_rms", metrics.gradientRms());
    scalar(summary, "update/tensors_with_gradient", metrics.tensorsWithGradient());
    scalar(summary, "update/learning_rate", metrics.learningRate());
    append(metrics.round(), summary);
  }

  /** Adds an evaluation's curves; averaged weights have curves of their own. */
  public void add(EvaluationRecord evaluation) throws IOException {
    String prefix = evaluation.label().ema() ? "held_out_ema/" : "held_out/";
    EventMessage summary = new EventMessage();
    for (Map.Entry<String, HeldOutReward> reward : evaluation.reward().entrySet()) {
      scalar(summary, prefix + reward.getKey(), reward.getValue().mean());
      if (reward.getValue().exact() != null) {
        scalar(summary, prefix + reward.getKey() + "_exact", reward.getValue().exact());
      }
    }
    scalar(summary, prefix + "diversity", evaluation.diversity());
    evaluation
        .images()
        .byName()
        .forEach((name, value) -> scalar(summary, prefix + "image/" + name, value));
    append(evaluation.round(), summary);
  }

  /** Writes what is pending. */
  @Override
  public void close() throws IOException {
    if (events.size() > written) {
      flush();
    }
  }

  private static void scalar(EventMessage summary, String tag, long count) {
    scalar(summary, tag, (double) count);
  }

  private static void scalar(EventMessage summary, String tag, double value) {
    summary.message(
        SUMMARY_VALUE, new EventMessage().text(VALUE_TAG, tag).real32(VALUE_SIMPLE, (float) value));
  }

  private EventMessage event(int step) {
    return new EventMessage()
        .real64(EVENT_WALL_TIME, clock.millis() / 1000.0)
        .integer(EVENT_STEP, step);
  }

  private void append(int round, EventMessage summary) throws IOException {
    events.writeBytes(event(round).message(EVENT_SUMMARY, summary).framed());
    flushIfGrown();
  }

  private void flushIfGrown() throws IOException {
    if (events.size() - written > events.size() / GROWTH_FRACTION) {
      flush();
    }
  }

  private void flush() throws IOException {
    RunFiles.write(fs, file, events.toByteArray());
    written = events.size();
  }
}
