import { Text } from '@mantine/core';

import { useAccount } from '../app/session';
import { Link, Page } from '../parts/Page';

export default function NotFound() {
  const { at } = useAccount();
  return (
    <Page title="There is no such page">
      <Text>
        The address may be mistyped, or of an older version. The <Link href={at('/tasks')}>tasks</Link> and
        the <Link href={at('/overview')}>overview</Link> lead to everything.
      </Text>
    </Page>
  );
}
