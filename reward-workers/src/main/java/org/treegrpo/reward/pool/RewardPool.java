package org.treegrpo.reward.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.treegrpo.reward.ImageBatch;
import org.treegrpo.reward.Reward;
import org.treegrpo.reward.RewardDefinition;
import org.treegrpo.reward.RewardException;
import org.treegrpo.reward.RewardPrompt;
import org.treegrpo.reward.RewardProviders;
import org.treegrpo.reward.ScoredBatch;
import org.treegrpo.reward.TextReader;

/**
 * Scores batches on threads of its own, so that scoring runs beside growing. Each thread has its
 * own instance of each reward. A batch is cut into chunks of a fixed number of rows; each (chunk,
 * reward) is one call, so several threads share a batch. A reward that scores groups is called once
 * a prompt instead, with all the images that the batch has of it, whatever the size of a chunk.
 *
 * <p>A call that throws, returns null, too few scores or none for a row leaves those rows failed
 * (NaN, with a reason), never 0. A call that takes longer than its reward's time limit is given up:
 * its rows fail, its thread is interrupted and replaced. The scores do not depend on the number of
 * threads.
 *
 * <p>What no training depends on, a reward with weight 0, can fail in no other way: it is loaded
 * when it is first asked, and neither an instance that cannot be made nor an error of the JVM does
 * more than to fail its rows. Once {@value #MOST_MISSES} attempts in a row bring nothing at all, it
 * is asked no more.
 */
public final class RewardPool implements AutoCloseable {

  /** Calls of one reward that may hang before its further calls fail at once. */
  static final int MAX_HANGING = 4;

  /** Attempts in a row that do not load or do not end before a measured-only reward is left out. */
  static final int MOST_MISSES = 4;

  private static final Duration LOADING_LIMIT = Duration.ofMinutes(10);

  private static final RewardPrompt NO_PROMPT = new RewardPrompt("", "", List.of());

  private static final Logger LOG = LoggerFactory.getLogger(RewardPool.class);

  private final List<RewardDefinition> definitions;
  private final List<String> names;
  private final List<Integer> readers;
  private final Set<Integer> scoreGroups;
  private final int chunkRows;
  private final RewardFactory factory;
  private final Map<String, String> versions = new ConcurrentSkipListMap<>();
  private final BlockingQueue<ScoreCall> queue = new LinkedBlockingQueue<>();
  private final ScheduledThreadPoolExecutor clock;
  private final AtomicIntegerArray hanging;
  private final AtomicIntegerArray misses;
  private final Set<Worker> workers = new HashSet<>();
  private int workersStarted;
  private volatile boolean closed;

  /**
   * @param clock runs what is due when a call's time limit has passed; owned by the pool
   */
  RewardPool(
      List<RewardDefinition> definitions,
      RewardPoolSettings settings,
      RewardFactory factory,
      ScheduledThreadPoolExecutor clock)
      throws RewardException {
    this.clock = clock;
    this.factory = factory;
    this.definitions = List.copyOf(definitions);
    names = this.definitions.stream().map(RewardDefinition::name).toList();
    chunkRows = settings.chunkRows();
    hanging = new AtomicIntegerArray(names.size());
    misses = new AtomicIntegerArray(names.size());
    List<@Nullable Reward[]> instances = instances(settings.workers());
    scoreGroups =
        IntStream.range(0, names.size())
            .filter(reward -> factory.scoresGroups(this.definitions.get(reward)))
            .boxed()
            .collect(Collectors.toSet());
    readers =
        IntStream.range(0, names.size())
            .filter(
                reward -> isMeasuredOnly(reward) || instances.get(0)[reward] instanceof TextReader)
            .boxed()
            .toList();
    clock.setRemoveOnCancelPolicy(true);
    for (@Nullable Reward[] ofWorker : instances) {
      start(new Worker(this, ofWorker, workersStarted));
    }
  }

  /**
   * Loads every reward with a weight for every worker and starts the workers.
   *
   * @param definitions as the configuration has them, checked
   * @throws RewardException when a reward cannot be loaded; nothing is left open
   */
  public static RewardPool open(List<RewardDefinition> definitions, RewardPoolSettings settings)
      throws RewardException {
    return new RewardPool(
        definitions,
        settings,
        RewardProviders::create,
        new ScheduledThreadPoolExecutor(1, RewardPool::clockThread));
  }

  /** The rewards, in the order of every result. */
  public List<String> names() {
    return names;
  }

  /** The version of each reward that has been loaded, by name. */
  public Map<String, String> versions() {
    return Collections.unmodifiableMap(versions);
  }

  /**
   * Queues a batch. The future completes exceptionally only with a {@link RewardException} on a
   * {@link LinkageError} or another error of the JVM inside a reward, its cause, or where its
   * device has too little memory, and with {@link CancellationException} when the pool is closed
   * first.
   *
   * @param images B images; their pixels must not change until the future is done
   * @param prompts the prompt of each image, B of them
   */
  public CompletableFuture<ScoredBatch> submit(ImageBatch images, List<RewardPrompt> prompts) {
    return submit(images, prompts, names);
  }

  /** Some of the rewards, which share the pool's threads and instances. */
  public RewardSelection select(List<RewardDefinition> wanted) {
    return new RewardSelection(this, wanted.stream().map(RewardDefinition::name).toList());
  }

  CompletableFuture<ScoredBatch> submit(
      ImageBatch images, List<RewardPrompt> prompts, List<String> wanted) {
    if (prompts.size() != images.rows()) {
      throw new IllegalArgumentException(
          "prompts: %d images need as many prompts, got %d"
              .formatted(images.rows(), prompts.size()));
    }
    int[] rewards = wanted.stream().mapToInt(names::indexOf).toArray();
    List<Chunk> chunks = Chunk.split(images, prompts, chunkRows);
    List<Chunk> groups =
        IntStream.of(rewards).anyMatch(scoreGroups::contains)
            ? Chunk.groups(images, prompts)
            : List.of();
    Submission submission =
        new Submission(
            wanted,
            images,
            IntStream.of(rewards)
                .map(reward -> (scoreGroups.contains(reward) ? groups : chunks).size())
                .toArray());
    List<ScoreCall> calls = new ArrayList<>();
    // Chunk by chunk, so that the first images of a batch are done first.
    for (int chunk = 0; chunk < Math.max(chunks.size(), groups.size()); chunk++) {
      for (int column = 0; column < rewards.length; column++) {
        List<Chunk> ofReward = scoreGroups.contains(rewards[column]) ? groups : chunks;
        if (chunk < ofReward.size()) {
          calls.add(new ScoreCall(submission, rewards[column], column, ofReward.get(chunk)));
        }
      }
    }
    queue(calls);
    return submission.result();
  }

  /**
   * What the rewards that read make of images, on the same instances.
   *
   * @return {@code [image][reward]}, null for a reward that does not read; completes exceptionally
   *     with a {@link RewardException} where one that is trained on cannot
   */
  public CompletableFuture<String[][]> read(ImageBatch images) {
    List<RewardPrompt> nothingAsked = Collections.nCopies(images.rows(), NO_PROMPT);
    List<Chunk> chunks = Chunk.split(images, nothingAsked, chunkRows);
    Reading reading = new Reading(definitions, images.rows(), chunks.size() * readers.size());
    List<ScoreCall> calls = new ArrayList<>();
    for (Chunk chunk : chunks) {
      for (int reader : readers) {
        calls.add(new ScoreCall(reading, reader, reader, chunk));
      }
    }
    queue(calls);
    return reading.result();
  }

  private synchronized void queue(List<ScoreCall> calls) {
    if (closed) {
      throw new IllegalStateException("the reward pool is closed");
    }
    queue.addAll(calls);
  }

  /**
   * Stops the workers and closes their rewards. Batches that are not done are cancelled. Waits for
   * running calls, at most until their time limits.
   */
  @Override
  public void close() {
    List<ScoreCall> dropped = new ArrayList<>();
    synchronized (this) {
      closed = true;
      queue.drainTo(dropped);
      workers.forEach(Worker::interrupt);
    }
    for (ScoreCall call : dropped) {
      call.batch().abort(new CancellationException("the reward pool was closed"));
    }
    awaitWorkers();
    clock.shutdownNow();
  }

  /** The next call to make; null once the pool is closed. */
  @Nullable ScoreCall next() {
    while (!closed) {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        LOG.debug("interrupted while waiting for a batch, as close() does");
      }
    }
    return null;
  }

  /** Starts the clock of an instance that {@code worker} is about to make for a call. */
  Deadline startLoading(Worker worker, ScoreCall call) {
    return deadline(worker, call, LOADING_LIMIT, "not loaded within ");
  }

  /** Starts the clock of a call that {@code worker} is about to make. */
  Deadline startScoring(Worker worker, ScoreCall call) {
    Duration limit = definitions.get(call.reward()).timeLimit();
    return deadline(worker, call, limit, "no answer within its time limit of ");
  }

  private Deadline deadline(Worker worker, ScoreCall call, Duration limit, String what) {
    return new Deadline(
        clock, limit.toNanos(), () -> giveUp(worker, call, what + limit, limit.toNanos()));
  }

  /** A new instance. */
  Reward make(int reward) throws RewardException {
    Reward made = factory.create(definitions.get(reward));
    boolean complete = false;
    try {
      versions.put(names.get(reward), made.version());
      complete = true;
      return made;
    } finally {
      if (!complete) {
        made.close();
      }
    }
  }

  /** True where no training depends on a reward. */
  boolean isMeasuredOnly(int reward) {
    return definitions.get(reward).weight() == 0;
  }

  /** Why a reward is not asked; null where it is. */
  @Nullable String refusal(int reward) {
    if (hanging.get(reward) >= MAX_HANGING) {
      // No further thread is risked on it.
      return "%d earlier calls still hang".formatted(MAX_HANGING);
    }
    return isMeasuredOnly(reward) && misses.get(reward) >= MOST_MISSES
        ? "left out, as %d attempts in a row did not load or did not end".formatted(MOST_MISSES)
        : null;
  }

  /** An attempt brought nothing. */
  void missed(int reward) {
    misses.incrementAndGet(reward);
  }

  /** A call ended in time. */
  void inTime(int reward) {
    misses.set(reward, 0);
  }

  /** A call that had been given up has returned after all. */
  void returned(int reward) {
    hanging.decrementAndGet(reward);
  }

  synchronized void ended(Worker worker) {
    workers.remove(worker);
    notifyAll();
  }

  private void giveUp(Worker worker, ScoreCall call, String reason, long nanos) {
    int reward = call.reward();
    hanging.incrementAndGet(reward);
    missed(reward);
    synchronized (this) {
      workers.remove(worker);
      start(worker.successor(reward, workersStarted));
    }
    worker.interrupt();
    LOG.warn("reward '{}': {}; thread replaced", names.get(reward), reason);
    call.failed(reason, nanos);
  }

  private synchronized void start(Worker worker) {
    workersStarted++;
    workers.add(worker);
    worker.start();
  }

  private synchronized void awaitWorkers() {
    try {
      while (!workers.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<@Nullable Reward[]> instances(int count) throws RewardException {
    List<@Nullable Reward[]> all = new ArrayList<>(count);
    boolean complete = false;
    try {
      for (int worker = 0; worker < count; worker++) {
        @Nullable Reward[] ofWorker = new Reward[definitions.size()];
        all.add(ofWorker);
        for (int reward = 0; reward < ofWorker.length; reward++) {
          if (!isMeasuredOnly(reward)) {
            ofWorker[reward] = make(reward);
          }
        }
      }
      complete = true;
      return all;
    } finally {
      if (!complete) {
        all.stream().flatMap(Arrays::stream).filter(Objects::nonNull).forEach(Reward::close);
      }
    }
  }

  private static Thread clockThread(Runnable task) {
    Thread thread = new Thread(task, "reward-clock");
    thread.setDaemon(true);
    return thread;
  }
}
