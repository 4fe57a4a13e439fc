package org.treegrpo.job.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.treegrpo.reward.RewardException;

/**
 * What runs have in common, by what it is made of: made for the first run that needs it, closed
 * with the last. Thread-safe.
 *
 * @param <K> what a value is made of
 * @param <T> the value; closed by the closer, which throws nothing
 */
final class SharedValues<K, T> {

  /** Makes a value. */
  interface Maker<T> {
    T make() throws RewardException;
  }

  private final Consumer<T> closer;
  private final Map<K, Counted<T>> values = new HashMap<>();

  SharedValues(Consumer<T> closer) {
    this.closer = closer;
  }

  /** Lends the value of a key; the caller gives it back once. */
  synchronized T take(K key, Maker<T> maker) throws RewardException {
    Counted<T> counted = values.get(key);
    if (counted == null) {
      counted = new Counted<>(maker.make());
      values.put(key, counted);
    }
    counted.users++;
    return counted.value;
  }

  synchronized void giveBack(K key) {
    Counted<T> counted = values.get(key);
    if (counted == null) {
      throw new IllegalStateException("given back more often than taken: " + key);
    }
    counted.users--;
    if (counted.users == 0) {
      values.remove(key);
      closer.accept(counted.value);
    }
  }

  private static final class Counted<T> {
    private final T value;
    private int users;

    Counted(T value) {
      this.value = value;
    }
  }
}
