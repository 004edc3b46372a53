/** A vitest reporter that names, last of all, what passed at its second try only. */
import type { Reporter, TestModule } from 'vitest/node';

export default class RetriedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (!test.diagnostic()?.flaky) continue;
        console.log(`passed at the second try: ${module.relativeModuleId} > ${test.fullName}`);
      }
    }
  }
}
