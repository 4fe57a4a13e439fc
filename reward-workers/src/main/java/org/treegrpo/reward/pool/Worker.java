package org.treegrpo.reward.pool;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardMemoryException;

/**
 * One scoring thread and its instances of the rewards, which it closes when it ends. When a time
 * limit passes, the worker has lost its place to a successor, which has taken over its other
 * instances.
 */
final class Worker implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  private final RewardPool pool;
  private final @Nullable Reward[] instances;
  private final Thread thread;

  /**
   * @param instances one per reward; null = made on first use. Owned by the worker from now on.
   */
  Worker(RewardPool pool, @Nullable Reward[] instances, int number) {
    this.pool = pool;
    this.instances = instances;
    this.thread = new Thread(this, "reward-worker-" + number);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void interrupt() {
    thread.interrupt();
  }

  /**
   * Called by the clock: this worker keeps the instance that hangs, the successor gets the rest.
   */
  Worker successor(int hangingReward, int number) {
    @Nullable Reward[] rest = instances.clone();
    rest[hangingReward] = null;
    return new Worker(pool, rest, number);
  }

  @Override
  public void run() {
    for (ScoreCall call = pool.next(); call != null; call = pool.next()) {
      if (!answer(call)) {
        pool.returned(call.reward());
        return;
      }
    }
    try {
      for (Reward reward : instances) {
        if (reward != null) {
          closeQuietly(reward);
        }
      }
    } finally {
      pool.ended(this);
    }
  }

  /** False where the clock has given this worker up. */
  private boolean answer(ScoreCall call) {
    String refusal = pool.refusal(call.reward());
    if (refusal != null) {
      call.failed(refusal, 0);
      return true;
    }
    Reward reward = instances[call.reward()];
    return reward == null ? load(call) : score(reward, call);
  }

  /** Makes the instance, then scores with it. */
  private boolean load(ScoreCall call) {
    Deadline deadline = pool.startLoading(this, call);
    Reward made = null;
    Throwable failure = null;
    try {
      made = pool.make(call.reward());
    } catch (Exception | Error e) { // any Exception: languages without checked ones throw all
      failure = e;
    }
    if (!deadline.meet()) {
      if (made != null) {
        closeQuietly(made);
      }
      return false;
    }
    if (made == null) {
      pool.missed(call.reward());
      fail(call, failure, 0);
      return true;
    }
    instances[call.reward()] = made;
    return score(made, call);
  }

  private boolean score(Reward reward, ScoreCall call) {
    Deadline deadline = pool.startScoring(this, call);
    long start = System.nanoTime();
    Runnable report;
    try {
      LongConsumer answer = call.batch().ask(reward, call.column(), call.chunk());
      long nanos = System.nanoTime() - start;
      report = () -> answer.accept(nanos);
    } catch (Exception | Error e) { // likewise
      long nanos = System.nanoTime() - start;
      report = () -> fail(call, e, nanos);
    }
    if (!deadline.meet()) {
      closeQuietly(reward);
      return false;
    }
    pool.inTime(call.reward());
    report.run();
    return true;
  }

  /**
   * An error of the JVM, such as a missing native library or no memory, is no matter of single
   * rows, nor is a device without memory: the caller must hear of it, unless nothing depends on the
   * reward.
   */
  private void fail(ScoreCall call, @Nullable Throwable problem, long nanos) {
    boolean trained = !pool.isMeasuredOnly(call.reward());
    if (trained && problem instanceof RewardMemoryException) {
      call.batch().abort(problem);
      return;
    }
    if (trained && problem instanceof Error) {
      call.batch()
          .abort(
              new RewardException(
                  "reward '%s': %s; this is no matter of single images, so nothing is scored any more"
                      .formatted(pool.names().get(call.reward()), problem),
                  problem));
      return;
    }
    call.failed(reason(problem), nanos);
  }

  /** What a reward leaves undone at its end is no reason for its process to end. */
  private static void closeQuietly(Reward reward) {
    try {
      reward.close();
    } catch (Exception | Error e) { // likewise
      LOG.warn("a reward was not closed as a whole: {}", e.toString());
    }
  }

  private static String reason(@Nullable Throwable problem) {
    return problem instanceof RewardException && problem.getMessage() != null
        ? problem.getMessage()
        : String.valueOf(problem);
  }
}
