package org.treegrpo.job.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.treegrpo.core.random.Keys;
import org.treegrpo.core.tree.RoundKey;

/**
 * How the shares of a round are dealt to its optimiser steps (ALGORITHMS.md section 3.1): whole
 * prompts, or whole shares where a share holds more than a prompt, shuffled by the round's key.
 *
 * @param shares S
 * @param units what is dealt, dividing {@code shares}
 * @param steps of the round, dividing {@code units}
 */
record StepDeal(int shares, int units, int steps) {

  /** The optimiser step of each share. */
  int[] of(RoundKey key) {
    int[] stepOfUnit = new int[units];
    if (steps > 1) {
      List<Integer> order = order(key);
      for (int place = 0; place < units; place++) {
        stepOfUnit[order.get(place)] = place * steps / units;
      }
    }
    return IntStream.range(0, shares).map(share -> stepOfUnit[share / (shares / units)]).toArray();
  }

  private List<Integer> order(RoundKey key) {
    long shuffle = Keys.combine(Keys.of(key.runSeed(), key.round()), Keys.DEAL);
    List<Integer> order = new ArrayList<>();
    for (int unit = 0; unit < units; unit++) {
      order.add(unit);
    }
    order.sort((a, b) -> Long.compare(Keys.combine(shuffle, a), Keys.combine(shuffle, b)));
    return Collections.unmodifiableList(order);
  }
}
