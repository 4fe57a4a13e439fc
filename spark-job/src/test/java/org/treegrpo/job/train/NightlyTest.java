package org.treegrpo.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.treegrpo.job.cli.ExitCodes;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.gate.Judgement;
import org.treegrpo.job.registry.Promotion;
import org.treegrpo.job.registry.Registry;
import org.treegrpo.job.registry.Version;

class NightlyTest {

  /** A gate that lets pass whatever two rounds of the tiny policy do. */
  private static final List<String> LOOSE =
      List.of(
          "rounds=2",
          "gate.margin=-100",
          "gate.prompts=1",
          "gate.held-out-tolerance=100",
          "gate.held-out-total=100",
          "gate.diversity=0",
          "gate.diversity-total=0",
          "gate.drift=1000",
          "gate.drift-total=1000");

  /** Of files that a night writes, in their order. */
  private static final List<String> MOMENTS =
      List.of(
          "create 2026-01-01 night.json",
          "renamed 2026-01-01 night.json",
          "renamed round-000001 MANIFEST.json",
          "create run evaluations.jsonl",
          "renamed run result.json",
          "write v000001 policy.safetensors",
          "renamed v000001 MANIFEST.json",
          "rename 2026-01-01 verdict.json",
          "renamed 2026-01-01 verdict.json",
          "write promoted PROMOTED-000001.json",
          "renamed promoted PROMOTED-000001.json",
          "rename 2026-01-01 result.json",
          "renamed 2026-01-01 result.json",
          "create run gate.json",
          "rename 2026-01-01 summary.json",
          "write killed index.html");

  @TempDir Path directory;
  private TinyRun tiny;

  @BeforeEach
  void make() throws IOException {
    tiny = new TinyRun(directory);
  }

  private List<String> words(String registry, String id, List<String> settings) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("nightly", "--registry", directory.resolve(registry).toString(), "--id", id));
    words.addAll(List.of("--config", tiny.configFile("unused").toString()));
    settings.forEach(setting -> words.addAll(List.of("--set", "treegrpo." + setting)));
    return words;
  }

  private CommandLineRun night(String id, String... more) throws IOException {
    List<String> settings = new ArrayList<>(LOOSE);
    settings.addAll(List.of(more));
    return CommandLineRun.of(directory, words("registry", id, settings).toArray(String[]::new));
  }

  private Registry registry(String name) throws IOException {
    return new Registry(RunDirectory.of(directory.resolve(name).toString(), new Configuration()));
  }

  @Test
  void nightsFollowOneAnotherFromWhatIsPromoted() throws IOException {
    CommandLineRun first = night("first");
    first.assertDone();
    assertThat(first.out()).contains("night first: v000001 is promoted");
    assertThat(night("first").changed())
        .as("it is over, nothing is done again")
        .noneMatch(name -> name.startsWith("registry/"));

    CommandLineRun second = night("second", "gate.margin=100");
    assertThat(second.exitCode()).as("refused: %s", second.err()).isEqualTo(ExitCodes.REFUSED);
    assertThat(second.out())
        .contains("night second: v000002 is refused; trained: ", "it must lie above 100.0");
    assertThat(night("second").exitCode())
        .as("nobody asks twice until it passes")
        .isEqualTo(ExitCodes.REFUSED);
    CommandLineRun onCluster =
        CommandLineRun.of(
            directory,
            TinyRun.spark("local[1]").set("spark.submit.deployMode", "cluster"),
            new Configuration(),
            words("registry", "second", LOOSE).toArray(String[]::new));
    assertThat(onCluster.exitCode()).as("a refusal is no failure there").isZero();
    CommandLineRun status =
        CommandLineRun.of(
            directory,
            "nightly",
            "--registry",
            directory.resolve("registry").toString(),
            "--id",
            "second",
            "--status");
    status.assertDone();
    assertThat(status.out()).contains("night second: v000002 is refused");

    night("third").assertDone();
    Registry registry = registry("registry");
    assertThat(registry.versions())
        .as("each from what was promoted when it began")
        .extracting(Version::parent)
        .containsExactly(null, "v000001", "v000001");
    assertThat(registry.promotions())
        .extracting(Promotion::version)
        .containsExactly("v000001", "v000003");
  }

  @Test
  void aPersonApprovesOfWhatHasPassedAndIsTold() throws Exception {
    try (Hook hook = new Hook()) {
      String[] asked = {
        "nightly.approval=true", hook.setting(), "evaluation.prompts=2", "evaluation.vault=1"
      };
      CommandLineRun waits = night("first", asked);
      waits.assertDone();
      assertThat(waits.out()).contains("night first: v000001 waits for approval");
      night("first", asked).assertDone();
      assertThat(hook.told).as("told once").hasSize(1);
      assertThat(hook.told.get(0)).contains("\"night\" : \"first\"", "\"status\" : \"waiting\"");
      assertThat(registry("registry").current()).as("nothing is promoted").isEmpty();

      night("second").assertDone();
      CommandLineRun late = approve("first", asked);
      assertThat(late.exitCode()).isEqualTo(ExitCodes.BAD_INPUT);
      assertThat(late.err())
          .contains("night 'first' was judged by the base, and v000002 is promoted now");
      night("first", asked).assertDone(); // is judged again
      approve("first", asked).assertDone();
      approve("first", asked).assertDone();
      List<Promotion> promotions = registry("registry").promotions();
      assertThat(promotions).extracting(Promotion::version).containsExactly("v000002", "v000001");
      assertThat(promotions.get(1).reason()).startsWith("night first, approved by ");
      assertThat(hook.told).as("and once that it is promoted").hasSize(2);
      assertThat(hook.told.get(1)).contains("\"status\" : \"promoted\"");
      approve("third", asked).assertRefused("night 'third' has no result");

      Judgement judgement = registry("registry").night("first").judgement().orElseThrow();
      assertThat(judgement.incumbent()).isEqualTo("v000002");
      assertThat(judgement.prompts()).as("drawn by the night").hasSize(2);
      assertThat(judgement.vault()).as("the last of the file").hasSize(1);
      assertThat(judgement.prompts()).doesNotContainAnyElementsOf(judgement.vault());
      assertThat(
              Files.readString(directory.resolve("registry/nights/first/run/config.resolved.conf")))
          .as("the address is a secret")
          .doesNotContain(Hook.PATH);
    }
  }

  @Test
  void whatAPersonPromotesMeanwhileIsNoRefusal() throws IOException {
    night("first", "nightly.approval=true").assertDone();
    CommandLineRun.of(
            directory,
            "registry",
            "promote",
            "v000001",
            "--registry",
            directory.resolve("registry").toString())
        .assertDone();
    CommandLineRun again = night("first", "nightly.approval=true", "gate.margin=0");
    again.assertDone();
    assertThat(again.out()).contains("night first: v000001 is promoted");
    assertThat(registry("registry").promotions()).as("by the person alone").hasSize(1);
  }

  @Test
  void whatWasRolledBackFromIsNotMadeAgain() throws IOException {
    night("first").assertDone();
    night("second").assertDone();
    CommandLineRun.of(
            directory,
            "registry",
            "rollback",
            "--registry",
            directory.resolve("registry").toString())
        .assertDone();
    night("third").assertDone();
    assertThat(registry("registry").versions())
        .as("of the same parent and configuration")
        .hasSize(3)
        .extracting(Version::weightsSha256)
        .doesNotHaveDuplicates();
  }

  /** An address that is told of nights. */
  private static final class Hook implements AutoCloseable {
    private static final String PATH = "/secret";
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Hook() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          PATH,
          exchange -> {
            told.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
          });
      server.start();
    }

    String setting() {
      return "nightly.webhook=\"http://127.0.0.1:%d%s\""
          .formatted(server.getAddress().getPort(), PATH);
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private CommandLineRun approve(String id, String... more) throws IOException {
    List<String> settings = new ArrayList<>(LOOSE);
    settings.addAll(List.of(more));
    List<String> words = words("registry", id, settings);
    words.set(words.indexOf("--id"), "--approve");
    return CommandLineRun.of(directory, words.toArray(String[]::new));
  }

  @Test
  void aNightThatFailsSaysSoAndIsRepeated() throws IOException {
    try (Hook hook = new Hook()) {
      CommandLineRun failed = night("first", hook.setting(), "prompts.train=/nowhere");
      assertThat(failed.exitCode()).as(failed.err()).isEqualTo(ExitCodes.BAD_INPUT);
      assertThat(hook.told.get(0)).contains("\"status\" : \"failed\"", "treegrpo.prompts.train");
    }
    assertThat(registry("registry").night("first").failure().orElseThrow().error())
        .contains("treegrpo.prompts.train");
    Path page = directory.resolve("registry/index.html");
    assertThat(Files.readString(page)).contains("Night first has failed", "treegrpo.prompts.train");
    night("first").assertDone();
    assertThat(Files.readString(page))
        .as("it went on")
        .contains("Night first: v000001 is promoted", "nights/first/run/report.html")
        .doesNotContain("treegrpo.prompts.train");
    assertThat(Files.readString(directory.resolve("registry/nights/first/run/report.html")))
        .as("the night's report has the gate's table")
        .contains("passed the gate", "drift-total.brightness");
  }

  /** By one command, from what its run directory says. */
  @Test
  void aPastNightIsMadeAgain() throws IOException {
    night("first").assertDone();
    night("second", "nightly.webhook=\"http://127.0.0.1:1/nobody\"").assertDone();
    Path night = directory.resolve("registry/nights/second/run");
    CommandLineRun.of(
            directory,
            "train",
            "--config",
            night.resolve("config.resolved.conf").toString(),
            "--set",
            "treegrpo.run-dir=" + directory.resolve("again"))
        .assertDone();
    assertThat(tiny.digests("again"))
        .as("weights of every round")
        .isEqualTo(tiny.digests("registry/nights/second/run"));
  }

  @Test
  void whatIsWrongIsNamedAndLeavesNothing() throws IOException {
    night("../out").assertRefused("--id: '../out' must be 1 to 64 letters, digits");
    night("x", "rounds=0").assertRefused("treegrpo.rounds");
  }

  /** A process a moment: in each it dies by kill -9, and the same command is given again. */
  @Test
  void aNightThatIsKilledAtEachOfItsStepsEndsAsIfLeftAlone() throws Exception {
    CommandLineRun.of(directory, words("undisturbed", "2026-01-01", LOOSE).toArray(String[]::new))
        .assertDone();
    for (String moment : MOMENTS) {
      Kills.plan(directory.resolve("kills"), moment);
      DriverProcess process = start();
      assertThat(process.exitCode()).as("%s: %s", moment, process.output()).isEqualTo(137);
      assertThat(readable()).as("what readers see after %s", moment).isIn("", "v000001");
    }
    DriverProcess last = start();
    assertThat(last.exitCode()).as(last.output()).isZero();
    assertThat(registry("killed").promotions()).as("promoted once").hasSize(1);
    assertThat(Files.readAllBytes(weights("killed")))
        .as("the promoted weights")
        .isEqualTo(Files.readAllBytes(weights("undisturbed")));
  }

  /** A person acts while a night waits for its command to be repeated. */
  @Test
  void whatWasDoneSinceANightWasEndedIsNotUndone() throws Exception {
    Kills.plan(directory.resolve("kills"), "rename 2026-01-01 result.json");
    assertThat(start().exitCode()).as("killed after its promotion").isEqualTo(137);
    CommandLineRun.of(directory, words("killed", "other", LOOSE).toArray(String[]::new))
        .assertDone();
    DriverProcess again = start();
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.output()).contains("night 2026-01-01: v000001 is promoted");
    assertThat(registry("killed").current().orElseThrow().version())
        .as("what another night has promoted after it stays in force")
        .isEqualTo("v000002");
  }

  @Test
  void aVerdictAgainstAnotherIncumbentIsNotBelieved() throws Exception {
    Kills.plan(directory.resolve("kills"), "renamed 2026-01-01 verdict.json");
    assertThat(start().exitCode()).as("killed before its promotion").isEqualTo(137);
    CommandLineRun.of(directory, words("killed", "other", LOOSE).toArray(String[]::new))
        .assertDone();
    List<String> strict = new ArrayList<>(LOOSE);
    strict.add("gate.margin=100");
    CommandLineRun judgedAgain =
        CommandLineRun.of(directory, words("killed", "2026-01-01", strict).toArray(String[]::new));
    assertThat(judgedAgain.exitCode())
        .as("judged again by what is promoted now: %s", judgedAgain.err())
        .isEqualTo(ExitCodes.REFUSED);
  }

  @Test
  void aVerdictByOtherRulesIsNotBelieved() throws Exception {
    Kills.plan(directory.resolve("kills"), "renamed 2026-01-01 verdict.json");
    assertThat(start().exitCode()).as("killed before its promotion").isEqualTo(137);
    List<String> strict = new ArrayList<>(LOOSE);
    strict.add("gate.margin=100");
    CommandLineRun again =
        CommandLineRun.of(directory, words("killed", "2026-01-01", strict).toArray(String[]::new));
    assertThat(again.exitCode())
        .as("judged again by the rules of today: %s", again.err())
        .isEqualTo(ExitCodes.REFUSED);
  }

  private String readable() throws IOException {
    Registry registry = registry("killed");
    if (registry.current().isEmpty()) {
      return "";
    }
    String id = registry.current().get().version();
    registry.verify(id);
    return id;
  }

  private Path weights(String registry) throws IOException {
    String id = registry(registry).current().orElseThrow().version();
    return directory.resolve("%s/versions/%s/policy.safetensors".formatted(registry, id));
  }

  private DriverProcess start() throws IOException {
    return DriverProcess.startToBeKilled(directory, words("killed", "2026-01-01", LOOSE));
  }
}
