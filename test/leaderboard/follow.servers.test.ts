/** The leaderboard role with the book in MariaDB and the board in Redis. */
import { Redis } from 'ioredis';
import { systemRandom } from '../../contract/random.ts';
import { boardKeys } from '../../origin/leaderboard/board-keys.ts';
import { createRedisBoard } from '../../origin/leaderboard/redis-board.ts';
import { connectRedis } from '../../origin/redis-socket.ts';
import { createMysqlBook } from '../../origin/settle/mysql-book.ts';
import { createTestDatabase, describeWithMariadb } from '../backends/mariadb.ts';
import { describeWithRedis, forgetKeys, freshKeyPrefix, redisUrl } from '../backends/redis.ts';
import { exerciseFollowing } from './follow.exercise.ts';

describeWithMariadb('mariadb', () => {
  describeWithRedis('and redis', () => {
    exerciseFollowing('mariadb and redis', async () => {
      const testDatabase = await createTestDatabase();
      const book = createMysqlBook({ url: testDatabase.url, random: systemRandom });
      await book.migrate();
      const keyPrefix = freshKeyPrefix();
      const board = createRedisBoard({ redis: connectRedis({ url: redisUrl }), keyPrefix });
      const redis = new Redis(redisUrl);
      return {
        book,
        board,
        async forgetBoard(saleId) {
          await redis.del(Object.values(boardKeys(keyPrefix, saleId)));
        },
        async close() {
          await book.close();
          await board.close();
          await redis.quit();
          await forgetKeys(keyPrefix);
          await testDatabase.drop();
        },
      };
    });
  });
});
