package org.treegrpo.job.executor;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What an executor keeps of runs, by their ids, so that runs which take turns find theirs again: of
 * so many at most. What is over goes first, then what was used longest ago. Nothing is closed that
 * a task uses; where that makes too many, the first task to end makes room. Thread-safe.
 *
 * @param <T> what is kept; closed by the closer, which throws nothing
 */
final class KeptRuns<T> {

  private final int most;
  private final Consumer<T> closer;
  private final Map<String, Kept<T>> leastRecentFirst = new LinkedHashMap<>(16, 0.75f, true);
  private Set<String> open = Set.of();

  KeptRuns(int most, Consumer<T> closer) {
    this.most = most;
    this.closer = closer;
  }

  /**
   * Begins a task's use of what a run needs, which is made where it is not kept.
   *
   * @param openRuns runs that are not over
   */
  synchronized Use<T> use(String runId, Set<String> openRuns, Supplier<T> maker) {
    open = openRuns;
    Kept<T> kept = leastRecentFirst.get(runId);
    if (kept == null) {
      makeRoom(most - 1);
      kept = new Kept<>(maker.get());
      leastRecentFirst.put(runId, kept);
    }
    kept.users++;
    return new Use<>(this, kept);
  }

  /** Closes everything, used or not. */
  synchronized void close() {
    leastRecentFirst.values().forEach(kept -> closer.accept(kept.value));
    leastRecentFirst.clear();
  }

  private synchronized void end(Kept<T> kept) {
    kept.users--;
    makeRoom(most);
  }

  private void makeRoom(int limit) {
    closeUnused(runId -> !open.contains(runId));
    closeUnused(runId -> leastRecentFirst.size() > limit);
  }

  private void closeUnused(Predicate<String> goes) {
    Iterator<Map.Entry<String, Kept<T>>> entries = leastRecentFirst.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Kept<T>> entry = entries.next();
      if (entry.getValue().users == 0 && goes.test(entry.getKey())) {
        entries.remove();
        closer.accept(entry.getValue().value);
      }
    }
  }

  /** A value with the number of tasks that use it. */
  private static final class Kept<T> {
    private final T value;
    private int users;

    Kept(T value) {
      this.value = value;
    }
  }

  /**
   * One task's use, which the task ends.
   *
   * @param <T> what is used
   */
  static final class Use<T> {
    private final KeptRuns<T> owner;
    private final Kept<T> kept;

    private Use(KeptRuns<T> owner, Kept<T> kept) {
      this.owner = owner;
      this.kept = kept;
    }

    T value() {
      return kept.value;
    }

    void end() {
      owner.end(kept);
    }
  }
}
