package org.treegrpo.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.treegrpo.job.metrics.ComparisonIndex;
import org.treegrpo.job.metrics.TurnRecord;
import org.treegrpo.job.metrics.TurnRecord.Status;
import org.treegrpo.job.settings.SettingsLoader;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.job.settings.Use;

class RotaTest {

  private static final TrainSettings SETTINGS =
      new SettingsLoader(reward -> List.of())
          .parse("", "test", List.of(), new Use(List.of(), Set.of()));
  private static final List<Member> MEMBERS =
      Stream.of("a", "b", "c")
          .map(name -> new Member(new ComparisonIndex.Member(name, 1, "members/" + name), SETTINGS))
          .toList();

  private static TurnRecord turn(int number, Member member, Status status) {
    String variant = member.place().variant();
    return new TurnRecord(number, variant, 1, 1, 2, 1, 1, 1, 3, status, null, null);
  }

  /** The next turns, as long as there are any, each with the given outcome. */
  private static String take(Rota rota, int turns, List<TurnRecord> log) {
    StringBuilder taken = new StringBuilder();
    for (int i = 0; i < turns; i++) {
      Optional<Member> next = rota.next();
      next.ifPresent(
          member -> {
            TurnRecord turn = turn(rota.turns() + 1, member, Status.GOES_ON);
            rota.add(turn);
            log.add(turn);
            taken.append(member.place().variant());
          });
    }
    return taken.toString();
  }

  @Test
  void theFirstOfALapMovesOnWithEveryLap() {
    assertThat(take(new Rota(MEMBERS, List.of(), false), 12, new ArrayList<>()))
        .isEqualTo("abcbcacababc");
  }

  @Test
  void whoBeginsAgainGoesOnAsOneWhoWasNotInterrupted() {
    List<TurnRecord> log = new ArrayList<>();
    String begun = take(new Rota(MEMBERS, List.of(), false), 5, log);
    assertThat(begun + take(new Rota(MEMBERS, log, false), 7, log)).isEqualTo("abcbcacababc");
  }

  @Test
  void whoIsDoneOrDivergedOrFailedHasNoMoreTurns() {
    Rota rota = new Rota(MEMBERS, List.of(), false);
    rota.add(turn(1, MEMBERS.get(0), Status.DONE));
    rota.add(turn(2, MEMBERS.get(1), Status.FAILED));
    assertThat(take(rota, 3, new ArrayList<>())).isEqualTo("ccc");
    rota.add(turn(6, MEMBERS.get(2), Status.DIVERGED));
    assertThat(rota.next()).isEmpty();
  }

  @Test
  void laterOnlyWhoFailedTriesAgainAndWhoIsDoneWhereThereIsMoreToSpend() {
    List<TurnRecord> log =
        List.of(
            turn(1, MEMBERS.get(0), Status.DONE),
            turn(2, MEMBERS.get(1), Status.FAILED),
            turn(3, MEMBERS.get(2), Status.DIVERGED));
    assertThat(take(new Rota(MEMBERS, log, false), 2, new ArrayList<>())).isEqualTo("bb");
    assertThat(take(new Rota(MEMBERS, log, true), 2, new ArrayList<>())).isEqualTo("ba");
  }
}
